// libcurl for Swift. `curl_easy_setopt` and its relatives take a variable argument, which Swift cannot
// call; here is one typed function for each kind of argument, and nothing else.
#ifndef CCURL_H
#define CCURL_H

#include <curl/curl.h>

CURLcode ccurl_set_long(CURL *handle, CURLoption option, long value);
CURLcode ccurl_set_offset(CURL *handle, CURLoption option, curl_off_t value);
/// libcurl copies the text. NULL puts the option back to "none".
CURLcode ccurl_set_string(CURL *handle, CURLoption option, const char *value);
/// libcurl keeps the pointer, not the content.
CURLcode ccurl_set_pointer(CURL *handle, CURLoption option, const void *value);
/// libcurl keeps the list until the option is set again.
CURLcode ccurl_set_list(CURL *handle, CURLoption option, struct curl_slist *value);
/// libcurl copies the bytes.
CURLcode ccurl_set_blob(CURL *handle, CURLoption option, const void *bytes, size_t count);

CURLcode ccurl_set_write(CURL *handle, curl_write_callback callback, void *context);
CURLcode ccurl_set_header(CURL *handle, curl_write_callback callback, void *context);
CURLcode ccurl_set_progress(CURL *handle, curl_xferinfo_callback callback, void *context);

CURLcode ccurl_get_long(CURL *handle, CURLINFO info, long *value);
CURLcode ccurl_get_offset(CURL *handle, CURLINFO info, curl_off_t *value);

CURLMcode ccurl_multi_set_long(CURLM *multi, CURLMoption option, long value);
/// Takes the result of the one transfer of `multi`. Returns 0 if it has not ended.
int ccurl_multi_take_result(CURLM *multi, CURLcode *result);

#endif
