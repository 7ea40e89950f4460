"""Style and script of the check page, kept inside it so that it works from any folder."""

from __future__ import annotations

# ruff: noqa: E501  (declarations read better whole than wrapped)

STYLE = """
:root{--ink:#1c2330;--soft:#5b6576;--line:#d9dee7;--paper:#fff;--ground:#f3f5f8;--error:#c62f2f;
--error-bg:#fde8e6;--warning:#9a6400;--warning-bg:#fff1cf;--info:#1f6f99;--info-bg:#e3f2fa;
--unknown:#6d4aa8;--unknown-bg:#efe8fb;--holds:#2b7a4b;--holds-bg:#e4f4ea}
*{box-sizing:border-box}
html{scroll-behavior:smooth;scroll-padding-top:96px}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.85 "Noto Serif CJK SC",
"Source Han Serif SC","Songti SC",SimSun,serif}
header{position:sticky;top:0;z-index:3;display:flex;gap:24px;align-items:center;
justify-content:space-between;padding:12px 28px;background:var(--paper);
border-bottom:1px solid var(--line);font-family:"Noto Sans CJK SC","Microsoft YaHei",sans-serif}
h1{margin:0;font-size:18px;line-height:1.4}header p{margin:0;color:var(--soft);font-size:13px;line-height:1.5}
nav{display:flex;gap:8px;flex-shrink:0}
.count{min-width:58px;padding:4px 10px;border:1px solid var(--line);border-radius:8px;background:none;
color:var(--soft);font:inherit;font-size:12px;line-height:1.4;cursor:pointer;opacity:.55}
.count b{display:block;font-size:18px;color:var(--c)}
.count[aria-pressed=true]{opacity:1;border-color:var(--c);background:var(--b)}
.count:focus-visible,a:focus-visible{outline:2px solid var(--info);outline-offset:2px}
.error{--c:var(--error);--b:var(--error-bg)}.warning{--c:var(--warning);--b:var(--warning-bg)}
.info{--c:var(--info);--b:var(--info-bg)}.unknown{--c:var(--unknown);--b:var(--unknown-bg)}
.holds{--c:var(--holds);--b:var(--holds-bg)}
main{display:grid;grid-template-columns:minmax(0,1fr) 400px;gap:24px;max-width:1500px;margin:0 auto;
padding:24px 28px 60px}
article{min-width:0;padding:28px 40px 48px;background:var(--paper);border:1px solid var(--line);border-radius:10px}
article h2{margin:32px 0 8px;font-size:20px}article h2:first-child{margin-top:0}
article p{margin:0 0 8px;text-indent:2em;text-align:justify;overflow-wrap:anywhere}
.mark{color:inherit;text-decoration:none;border-bottom:2px solid var(--c);background:var(--b);border-radius:2px}
.mark.holds{background:none;border-bottom:1px dotted var(--c)}
.mark:hover{filter:brightness(.96)}
:target,.lit{animation:lit 2.2s ease-out}
.at:target~*,.at:target{animation:none}
@keyframes lit{0%,55%{box-shadow:0 0 0 4px var(--warning)}100%{box-shadow:0 0 0 0 transparent}}
.missing{color:var(--unknown);text-indent:0;padding:8px 12px;background:var(--unknown-bg);border-radius:6px;font-size:14px}
.table{overflow-x:auto;margin:12px 0 20px}
table{width:100%;border-collapse:collapse;font:13px/1.45 "Noto Sans CJK SC","Microsoft YaHei",sans-serif}
th,td{padding:4px 6px;border:1px solid #b9c1ce;text-align:center;font-weight:400}
thead th,.article{background:#f7f8fa;color:var(--soft)}
tbody th[scope=row]{text-align:left}.group{width:3.2em}
td{font-variant-numeric:tabular-nums}
td.error,td.warning,td.info,td.unknown,th.error,th.warning,th.info,th.unknown{background:var(--b);
box-shadow:inset 0 0 0 2px var(--c)}
td a,th a{color:inherit;text-decoration:none;display:block}
td.absent,td.unread{background:repeating-linear-gradient(45deg,#fff 0 5px,#f0edf8 5px 10px)}
td.blank{background:#fbfbfc}
aside{min-width:0;font-family:"Noto Sans CJK SC","Microsoft YaHei",sans-serif}
aside ol{position:sticky;top:96px;max-height:calc(100vh - 116px);overflow-y:auto;margin:0;padding:0 4px 0 0;list-style:none}
.finding{margin-bottom:10px;background:var(--paper);border:1px solid var(--line);border-left:4px solid var(--c);
border-radius:8px;font-size:14px;line-height:1.6}
.finding[hidden]{display:none}
.finding>a,.finding>span{display:block;padding:10px 14px 4px;color:inherit;text-decoration:none}
.finding>a:hover{background:#fafbfc}
.finding em{display:inline-block;padding:0 8px;border-radius:9px;background:var(--b);color:var(--c);
font-size:12px;font-style:normal;line-height:1.6}
.finding p{margin:4px 0 0;overflow-wrap:anywhere}.finding small{color:var(--soft)}
details{padding:0 14px 8px;color:var(--soft);font-size:12px}summary{cursor:pointer}
dl{display:grid;grid-template-columns:auto 1fr;gap:0 10px;margin:4px 0 0}dd{margin:0}
@media (max-width:1000px){main{grid-template-columns:1fr;padding:16px}aside{order:-1}
aside ol{position:static;max-height:none}article{padding:20px}header{position:static;flex-wrap:wrap;padding:12px 16px}}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}:target,.lit{animation:none}}
@media print{header{position:static}aside ol{position:static;max-height:none}main{display:block}}
"""

SCRIPT = """
document.querySelectorAll('.count').forEach(function(button){
  button.addEventListener('click',function(){
    var shown=button.getAttribute('aria-pressed')!=='true';
    button.setAttribute('aria-pressed',shown);
    document.querySelectorAll('.finding[data-kind='+button.dataset.kind+']').forEach(function(item){
      item.hidden=!shown;
    });
  });
});
function reveal(){
  var item=location.hash&&document.getElementById(location.hash.slice(1));
  if(!item)return;
  if(item.classList.contains('finding')&&item.hidden){
    document.querySelector('.count[data-kind='+item.dataset.kind+']').click();
    item.scrollIntoView();
  }
  if(item.classList.contains('at')){
    var mark=item.closest('.mark')||item.nextElementSibling||item.parentElement;
    mark.classList.remove('lit');void mark.offsetWidth;mark.classList.add('lit');
  }
}
addEventListener('hashchange',reveal);reveal();
"""
