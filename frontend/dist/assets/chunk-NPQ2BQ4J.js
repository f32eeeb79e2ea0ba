import{m as o}from"./chunk-CKDDWYPR.js";function u(r){let t=[],e=[];for(let n of r){if(!("insert"in n))continue;let i=n.attributes??{},f=typeof n.insert=="string"?n.insert.split(`
`):[n.insert];for(let[d,s]of f.entries())d>0&&(t.push({pieces:e,attributes:i,ended:!0}),e=[]),s!==""&&e.push({insert:s,attributes:i})}return e.length>0&&t.push({pieces:e,attributes:{},ended:!1}),t}function a(r){let t=new o;for(let e of r){for(let{insert:n,attributes:i}of e.pieces)t.insert(n,i);e.ended&&t.insert(`
`,e.attributes)}return t.op()}export{u as a,a as b};
