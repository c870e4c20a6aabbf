"""The look of a gallery's page: light or dark by the reader's own setting, fit to print."""

from __future__ import annotations

from dataclasses import asdict

from ganstudio.runs.gallery.palette import DARK, LIGHT, Palette


def _variables(palette: Palette) -> str:
    return ";".join(f"--{name.replace('_', '-')}:{value}"
                    for name, value in asdict(palette).items())


STYLE = f""":root{{color-scheme:light dark;{_variables(LIGHT)};--page:#f3f4f6;--card:#ffffff;
--edge:#d3d7dd;--code:#eceff2}}
@media screen and (prefers-color-scheme:dark){{:root{{{_variables(DARK)};--page:#17191d;
--card:#1f2227;--edge:#3a3f47;--code:#14161a;--paper:#1f2227}}}}""" + """
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);
font:16px/1.55 system-ui,'Segoe UI','Noto Sans','DejaVu Sans',sans-serif;
-webkit-text-size-adjust:100%}
main{max-width:1120px;margin:0 auto;padding:40px 24px 64px}
header{margin:0 0 36px}
.over{margin:0;color:var(--muted);font-size:.875rem;letter-spacing:.02em}
h1{margin:.1em 0 .5em;font-size:clamp(1.7rem,4vw,2.5rem);line-height:1.15;font-weight:650;
overflow-wrap:anywhere;text-wrap:balance}
h2{margin:0 0 14px;font-size:1.25rem;font-weight:650}
h3{margin:0 0 6px;font-size:1rem;font-weight:650}
section{margin:0 0 44px}
.facts{display:flex;flex-wrap:wrap;gap:10px 34px;margin:0}
.facts div{min-width:0}
.facts dt{color:var(--muted);font-size:.8125rem}
.facts dd{margin:0;font-size:1.125rem;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.card{background:var(--card);border:1px solid var(--edge);border-radius:10px;padding:18px}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,340px),1fr));gap:20px;
align-items:start}
figure{margin:0}
figure img,figure svg{display:block;max-width:100%;height:auto;margin:0 auto}
figure svg{width:100%;min-width:620px}
.stack{display:grid;gap:20px}
.pixels{image-rendering:pixelated}
.tiles{width:100%}
.tall{max-height:82vh}
figcaption{margin-top:12px;color:var(--muted);font-size:.875rem}
.strip{display:grid;grid-template-columns:repeat(auto-fit,minmax(120px,1fr));gap:10px;
margin:16px 0 0}
.strip img{width:100%;border-radius:4px}
.strip figcaption{margin-top:4px;font-size:.8125rem;font-variant-numeric:tabular-nums}
.hold{position:absolute;opacity:0}
.hold+label{display:inline-block;margin:0 0 14px;padding:4px 12px;border:1px solid var(--edge);
border-radius:999px;font-size:.875rem;cursor:pointer}
.hold+label .stop,.hold:checked+label .go{display:inline}
.hold+label .go,.hold:checked+label .stop{display:none}
.hold:focus-visible+label{outline:2px solid var(--player-d);outline-offset:2px}
.still,.hold:checked~.moving{display:none}
.hold:checked~.still{display:block}
@media (prefers-reduced-motion:reduce){.moving,.hold:checked~.still{display:none}
.still,.hold:checked~.moving{display:block}
.hold+label .stop,.hold:checked+label .go{display:none}
.hold+label .go,.hold:checked+label .stop{display:inline}}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{padding:5px 16px 5px 0;text-align:left;vertical-align:top;
border-bottom:1px solid var(--edge)}
tr:last-child>*{border-bottom:0}
thead th{color:var(--muted);font-size:.8125rem;font-weight:500}
tbody th{font-weight:400;color:var(--muted)}
td{overflow-wrap:anywhere}
.settings{columns:3 300px;column-gap:20px}
.settings .card{break-inside:avoid;margin:0 0 20px}
.settings table{font-size:.9375rem}
.settings tbody th{width:50%}
.settings td{padding-right:0;text-align:right}
.step{white-space:nowrap}
.number{color:var(--marker);font-weight:650}
pre,code{font-family:ui-monospace,'Cascadia Mono','DejaVu Sans Mono',monospace;font-size:.875rem}
pre{margin:4px 0 16px;padding:10px 14px;background:var(--code);border-radius:6px;
white-space:pre-wrap;overflow-wrap:anywhere}
pre:last-child{margin-bottom:0}
p{margin:0 0 6px}
ul.files{margin:0;padding:0;list-style:none;columns:2 300px}
ul.files li{display:flex;justify-content:space-between;gap:16px;padding:2px 0;
break-inside:avoid}
ul.files span,footer{color:var(--muted);font-size:.875rem}
footer{overflow-wrap:anywhere}
@media print{body{background:#fff;font-size:10.5pt}main{max-width:none;padding:0}
.card{border-color:#ccc;padding:10px}.hold+label,.moving{display:none!important}
.still{display:block!important}section{margin-bottom:22px}figure,h2{break-inside:avoid}
h2,section>p{break-after:avoid}.strip{grid-template-columns:repeat(6,1fr)}
.still img{max-width:55%}.settings{columns:3 180px}.settings table{font-size:.85em}
.tall{max-height:none;max-width:70%}}
"""
