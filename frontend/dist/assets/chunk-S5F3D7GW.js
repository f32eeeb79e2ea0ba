import{a as n}from"./chunk-3ASGTMMB.js";var o=n("div",{class:"unseen","aria-live":"polite"});function r(e){o.replaceChildren(n("p",{},e))}export{o as a,r as b};
