import{a as n}from"./chunk-OYN3GE6Y.js";var o=n("div",{class:"unseen","aria-live":"polite"});function r(e){o.replaceChildren(n("p",{},e))}export{o as a,r as b};
