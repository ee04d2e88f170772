/// The console's one style sheet. Served, never inline: the content policy allows no other.
enum Style {
    static let sheet = """
        :root{color-scheme:light dark;--paper:#fbfaf7;--card:#fff;--ink:#1d1f21;--soft:#5b6168;--line:#d9d6cf;\
        --link:#0b57a4;--accent:#14532d;--accent-ink:#fff;--warn-paper:#fdf3d7;--warn-line:#b58105;\
        --bad-paper:#fdeceb;--bad-line:#b3261e;--good-paper:#e7f4ea;--good-line:#2e7d46;--mark:#fff0b8}
        @media (prefers-color-scheme:dark){:root{--paper:#16181a;--card:#1f2225;--ink:#e9e7e2;--soft:#a9aeb4;\
        --line:#3a3f44;--link:#8cc0ff;--accent:#8fd6a4;--accent-ink:#10261a;--warn-paper:#33290f;--warn-line:#d9a72b;\
        --bad-paper:#3a1c1a;--bad-line:#f0867d;--good-paper:#16301e;--good-line:#7cc891;--mark:#4a3f13}}
        *{box-sizing:border-box}
        html{font:16px/1.55 system-ui,-apple-system,"Segoe UI","Noto Sans","Noto Sans CJK SC","PingFang SC","Hiragino Sans","Microsoft YaHei",sans-serif}
        :lang(ja){font-family:system-ui,"Noto Sans","Noto Sans CJK JP","Hiragino Sans","Yu Gothic",sans-serif}
        body{margin:0;background:var(--paper);color:var(--ink);overflow-wrap:anywhere}
        a{color:var(--link)}
        :focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:2px}
        .skip{position:absolute;left:-999px}.skip:focus{left:8px;top:8px;background:var(--card);padding:8px 12px;z-index:1}
        .top{display:flex;flex-wrap:wrap;gap:4px 20px;align-items:baseline;padding:12px max(16px,calc((100% - 1120px)/2));\
        background:var(--card);border-bottom:1px solid var(--line)}
        .top strong{font-size:1.05rem}.top .who{margin-left:auto;display:flex;gap:12px;align-items:baseline}
        .top form{margin:0}form.inline{display:inline}
        main{max-width:1152px;margin:0 auto;padding:20px 16px 40px}
        footer{max-width:1152px;margin:0 auto;padding:0 16px 32px;color:var(--soft);font-size:.9rem;display:flex;flex-wrap:wrap;gap:4px 24px}
                h1{font-size:1.5rem;line-height:1.25;margin:0 0 4px}h2{font-size:1.15rem;margin:32px 0 8px}h3{font-size:1rem;margin:0 0 8px}
        .sub{color:var(--soft);margin:0 0 16px}
        .note{border-left:4px solid var(--line);background:var(--card);padding:10px 14px;margin:0 0 16px}
        .note.warn{border-color:var(--warn-line);background:var(--warn-paper)}
        .note.bad{border-color:var(--bad-line);background:var(--bad-paper)}
        .note.good{border-color:var(--good-line);background:var(--good-paper)}
        #news:empty{display:none}.note p{margin:0}.note p+p{margin-top:6px}
        .filter{display:flex;flex-wrap:wrap;gap:8px 16px;align-items:end;margin:0 0 16px}
        .filter label{display:grid;grid-template-columns:minmax(0,1fr);max-width:100%;gap:2px;font-size:.9rem;color:var(--soft)}
        select,input,textarea,button{font:inherit;color:inherit}
        select,input:not([type=radio]),textarea{background:var(--card);border:1px solid var(--soft);border-radius:6px;padding:7px 9px;max-width:100%}
        textarea{width:100%;min-height:5em}
        button,.button{display:inline-block;border:1px solid var(--accent);background:var(--accent);color:var(--accent-ink);\
        border-radius:6px;padding:8px 16px;cursor:pointer;text-decoration:none}
        button.plain{background:none;color:var(--link);border-color:transparent;padding:2px 4px;text-decoration:underline}
        .act{display:flex;flex-wrap:wrap;gap:8px 12px;align-items:end;margin:12px 0}
        .act label{display:grid;gap:2px;font-size:.9rem;color:var(--soft)}
        .act label:has(input:not([type=date])){flex:1 1 16rem;max-width:36rem}.act label *{color:var(--ink)}
        .name{white-space:nowrap}
        form.inline button{padding:1px 10px;font-size:.9rem}
        button.second{background:none;color:var(--ink);border-color:var(--soft)}
        table.queue{width:100%;border-collapse:collapse;background:var(--card);border:1px solid var(--line)}
        .queue th,.queue td{text-align:left;vertical-align:top;padding:9px 10px;border-bottom:1px solid var(--line)}
        .queue thead th{font-size:.85rem;color:var(--soft);font-weight:600;white-space:nowrap}
        .queue .number{text-align:right;white-space:nowrap}
        .tag{display:inline-block;border:1px solid var(--soft);border-radius:999px;padding:0 9px;font-size:.85rem;white-space:nowrap}
        .tag.high{border-color:var(--bad-line);background:var(--bad-paper);font-weight:600}
        .id{font:0.85em ui-monospace,"DejaVu Sans Mono",monospace;color:var(--soft)}
        .pages{display:flex;gap:16px;align-items:baseline;margin-top:16px}
        dl.facts{display:grid;grid-template-columns:max-content 1fr;gap:4px 16px;margin:0}
        dl.facts dt{color:var(--soft)}dl.facts dd{margin:0}
        .sides,.compare{align-items:start}.side h2{margin-top:0}
        .sides{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,320px),1fr));gap:16px;margin:0}
        .side{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:14px 16px;min-width:0}
        .side.base{border-style:dashed}
        .value{font-size:1.15rem;white-space:pre-wrap;margin:0 0 10px}
        .value.empty{color:var(--soft);font-style:italic}
        table.members{border-collapse:collapse;margin:0 0 10px;width:100%}
        .members th{text-align:left;font-weight:400;color:var(--soft);padding:3px 12px 3px 0;vertical-align:top;width:1%;white-space:nowrap}
        .members td{padding:3px 6px;white-space:pre-wrap;font-size:1.05rem}
        .members .differs{background:var(--mark);font-weight:600}
        .members .differs::before{content:"\\2260\\00a0";color:var(--soft);font-weight:400}
        .write{border-top:1px solid var(--line);padding-top:10px;margin-top:10px;font-size:.93rem}
        .remarks{list-style:none;padding:0;margin:0}.remarks li{border-left:3px solid var(--line);padding:2px 12px;margin-bottom:10px}
        .remarks p{margin:0;white-space:pre-wrap}.remarks .meta{color:var(--soft);font-size:.9rem}
        .decide{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:16px}
        fieldset{border:0;padding:0;margin:0 0 16px;min-width:0}legend{font-weight:600;padding:0;margin-bottom:6px}
        .choice{display:flex;gap:10px;align-items:baseline;padding:7px 8px;border-radius:6px}
        .choice:has(input:checked){background:var(--good-paper)}
        .choice input{flex:none;width:1.1em;height:1.1em;position:relative;top:.15em}
        .choice .preview{color:var(--soft);white-space:pre-wrap}
        .entry{display:grid;gap:8px;margin:6px 0 0 32px;max-width:560px}
        .entry label{display:grid;gap:2px}.entry span{color:var(--soft);font-size:.9rem}
        @supports selector(:has(a)){.entry{display:none}.decide:has(input[value=other]:checked) .entry{display:grid}}
        .hint{color:var(--soft);font-size:.9rem;margin:2px 0}
        .actions{display:flex;flex-wrap:wrap;gap:12px;margin-top:16px}
        .login{max-width:360px;margin:8vh auto 0}.login form{display:grid;gap:14px}.login label{display:grid;gap:4px}
        .compare{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,280px),1fr));gap:16px}
        @media (max-width:760px){
        table.queue,.queue tbody,.queue tr,.queue td,.queue th{display:block;border:0}
        table.queue{background:none;border:0}.queue thead{position:absolute;left:-999px}
        .queue tr{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:10px 12px;margin-bottom:12px}
        .queue td:empty{display:none}.queue td,.queue tbody th{padding:2px 0}.queue .number{text-align:left}
        .queue td::before{content:attr(data-label) "\\00a0\\00a0";color:var(--soft);font-size:.85rem}
        .top .who{margin-left:0}dl.facts{grid-template-columns:minmax(0,38%) 1fr;gap:4px 10px}
        .entry{margin-left:0}}
        @media print{.decide,.filter,.top form,.skip{display:none}}
        """
}
