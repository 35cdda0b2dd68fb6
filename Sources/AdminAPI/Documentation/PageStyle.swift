/// How the documentation looks: light or dark as the reader's system is, on wide screens and on phones.
enum PageStyle {
    static let css = """
        :root{--ground:#fff;--raised:#f6f7f9;--line:#dfe3e8;--text:#1d2733;--soft:#5b6877;--link:#0b62c4;--head:#12304d;
        --get:#0b62c4;--post:#177245;--put:#9a5b00;--patch:#6d3fb8;--delete:#b3261e;--ok:#177245;--bad:#b3261e}
        @media(prefers-color-scheme:dark){:root{--ground:#11161c;--raised:#1a212a;--line:#2c3642;--text:#dde4ec;
        --soft:#98a5b3;--link:#75b3ff;--head:#0b1a2a;--get:#4d9bff;--post:#4cc38a;--put:#f0a93b;--patch:#b794f6;
        --delete:#ff7b72;--ok:#4cc38a;--bad:#ff7b72}}
        *{box-sizing:border-box}
        html{scroll-padding-top:4rem;scroll-behavior:smooth}
        @media(prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
        body{margin:0;background:var(--ground);color:var(--text);line-height:1.55;
        font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
        a{color:var(--link);text-decoration:none}a:hover{text-decoration:underline}
        code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.875em}
        p code,dd code,summary code{background:var(--raised);border-radius:4px;padding:.1em .3em;overflow-wrap:anywhere}
        header{position:sticky;top:0;z-index:2;display:flex;gap:.75rem;align-items:baseline;padding:.75rem 1.25rem;
        background:var(--head);color:#fff}
        header a{color:#fff}header .home{font-weight:600}header .version{opacity:.7;font-size:.85rem}
        header .files{margin-left:auto;display:flex;gap:1rem;font-size:.85rem}
        #menu{position:absolute;opacity:0;pointer-events:none}.menu{display:none;cursor:pointer}
        nav{position:fixed;top:3.1rem;bottom:0;left:0;width:19rem;overflow:auto;padding:1rem;
        border-right:1px solid var(--line);background:var(--ground);font-size:.875rem}
        nav h2{font-size:.8rem;text-transform:uppercase;letter-spacing:.06em;margin:1.1rem 0 .3rem}
        nav h2:first-child{margin-top:0}nav h2 a{color:var(--soft)}
        nav ul{list-style:none;margin:0;padding:0}
        nav li a{display:flex;gap:.5rem;align-items:baseline;padding:.2rem .35rem;border-radius:6px;color:var(--text)}
        nav li a:hover{background:var(--raised);text-decoration:none}
        main{margin-left:19rem;padding:1.5rem 2.5rem 6rem;max-width:65rem}
        h1{font-size:1.9rem;line-height:1.2;margin:.5rem 0}.lead{font-size:1.15rem;color:var(--soft)}
        h2{margin:3rem 0 .5rem;font-size:1.5rem}h3{margin:0 0 .35rem;font-size:1.15rem}
        h4{margin:1.25rem 0 .4rem;font-size:.8rem;text-transform:uppercase;letter-spacing:.06em;color:var(--soft)}
        .anchor{margin-left:.4em;opacity:0;font-weight:400}
        h2:hover .anchor,h3:hover .anchor,.anchor:focus{opacity:1}
        article{border:1px solid var(--line);border-radius:10px;padding:1.1rem 1.25rem;margin:1.1rem 0}
        article:target{border-color:var(--link);box-shadow:0 0 0 2px var(--link)}
        article p{margin:.4rem 0}
        .endpoint{display:flex;flex-wrap:wrap;align-items:center;gap:.6rem;background:var(--raised);border-radius:8px;
        padding:.5rem .7rem}
        .endpoint code{font-size:.95rem;overflow-wrap:anywhere;background:none;padding:0}
        .endpoint i{font-style:normal;color:var(--put)}
        .open{margin-left:auto;font-size:.8rem;color:var(--soft)}
        .method{flex:none;width:4.1em;text-align:center;border-radius:5px;padding:.1em 0;font-size:.68rem;
        letter-spacing:.03em;border:1px solid currentColor}
        .endpoint .method{font-size:.75rem}
        .get{color:var(--get)}.post{color:var(--post)}.put{color:var(--put)}.patch{color:var(--patch)}
        .delete{color:var(--delete)}
        .fields{margin:.3rem 0;border-top:1px solid var(--line)}
        .fields dt{padding:.5rem 0 0;display:flex;flex-wrap:wrap;gap:.5rem;align-items:baseline}
        .fields dt code{font-weight:600}.fields small{color:var(--soft)}
        .fields em{font-style:normal;font-size:.75rem;color:var(--bad)}
        .fields dd{margin:0;padding:0 0 .5rem;border-bottom:1px solid var(--line);font-size:.925rem}
        .fields dd.nested{padding-left:1.25rem}
        .type{margin-left:auto;color:var(--soft);font-size:.85rem}
        .kind,.media,.caption,.hint{color:var(--soft);font-size:.85rem}
        .hint{margin:.1rem 0}
        pre{background:var(--raised);border:1px solid var(--line);border-radius:8px;padding:.7rem .9rem;overflow:auto;
        margin:.4rem 0 .8rem;line-height:1.45}
        .answer{border-left:3px solid var(--soft);padding:.1rem 0 .1rem .8rem;margin:.4rem 0}
        .answer summary{cursor:pointer}.answer summary b{margin-right:.4rem}
        .s2{border-color:var(--ok)}.s2 summary b{color:var(--ok)}
        .s4,.s5{border-color:var(--bad)}.s4 summary b,.s5 summary b{color:var(--bad)}
        @media(max-width:60rem){
        .menu{display:inline}header .files a:first-child{display:none}
        nav{display:none;width:100%;z-index:1;border:0}
        #menu:checked~nav{display:block}#menu:checked~main{display:none}
        main{margin:0;padding:1rem 1rem 4rem}article{padding:.9rem .9rem;border-radius:8px}
        .type{margin-left:0;width:100%}
        }
        @media print{header,nav,.anchor{display:none}main{margin:0;padding:0}article{break-inside:avoid-page}}
        """
}
