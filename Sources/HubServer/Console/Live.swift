internal import HTTPTypes
internal import SyncCore
internal import SyncHub
internal import SyncProtocol

/// From where a page of the console waits for news, and what it then says.
struct Live: Sendable {
    /// What is waited for, and from where on.
    let address: String
    /// Where the news is.
    let target: String
    /// Whether something is being written on this page, which must not be left for the news.
    let isWrittenOn: Bool

    /// The one script of the console. Without it every page works as well, and is as old as it
    /// says.
    ///
    /// One request stays open until there is news; a page that nobody looks at asks for nothing.
    static let script = """
        "use strict";
        (async () => {
          const place = document.getElementById("news");
          const rest = ms => new Promise(done => setTimeout(done, ms));
          const looked = () => new Promise(done => {
            if (!document.hidden) return done();
            document.addEventListener("visibilitychange", () => done(), {once: true});
          });
          for (let failures = 0, news = false; !news;) {
            await looked();
            let pause = 1000;
            try {
              const answer = await fetch(place.dataset.address, {cache: "no-store", redirect: "manual"});
              if (answer.status === 200) {
                failures = 0;
                ({news, pause_ms: pause = pause} = await answer.json());
              } else if (answer.status === 503) {
                pause = 1000 * (Number(answer.headers.get("Retry-After")) || 30);
                pause *= 2 ** Math.min(failures++, 5) * (1 + Math.random());
              } else {
                return;
              }
            } catch {
              pause = 5000 * 2 ** Math.min(failures++, 6) * (1 + Math.random());
            }
            await rest(pause);
          }
          const link = document.createElement("a");
          link.textContent = place.dataset.link;
          link.href = place.dataset.target;
          if (place.dataset.written) link.target = "_blank";
          place.append(place.dataset.text + " ", link);
        })();
        """
}

extension Front {
    /// What a page that is made now waits for: whatever happens to this conflict, or to any.
    ///
    /// To be asked before the page's own contents, so that nothing falls between.
    func live(
        _ conflict: RecordID?, shownAt target: String, _ session: Session
    ) async throws(Problem) -> Live {
        let step = try await work.run { () throws(Problem) in
            try hub.lastStep(of: conflict, by: session)
        }
        let about = conflict.map { "&conflict=\($0)" } ?? ""
        return Live(
            address: "/console/news?since=\(step)\(about)", target: target,
            isWrittenOn: conflict != nil)
    }

    /// Answers when something has happened, or after a while.
    func news(_ call: Call, _ session: Session) async throws(Problem) -> Answer {
        guard let step = call.query["since"].flatMap({ Int64($0) }) else {
            throw Problem(.malformed)
        }
        var conflict: RecordID?
        if let name = call.query["conflict"] {
            guard let id = RecordID(name) else { throw Problem(.noSuchConflict) }
            conflict = id
        }
        var answer = try await listen { [conflict] hub, wake throws(Problem) in
            try hub.watch(conflict, since: step, by: session, wake: wake)
        }
        answer.fields = [(.cacheControl, "no-store"), (.xContentTypeOptions, "nosniff")]
        return answer
    }

    func liveScript() -> Answer {
        var answer = Answer(
            contentType: "text/javascript; charset=utf-8", body: Array(Live.script.utf8))
        answer.fields = [
            (.cacheControl, "public, max-age=3600"), (.xContentTypeOptions, "nosniff"),
            (HTTPField.Name("Cross-Origin-Resource-Policy")!, "same-origin"),
        ]
        return answer
    }
}
