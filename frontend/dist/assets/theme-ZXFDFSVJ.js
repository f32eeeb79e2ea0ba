"use strict";(()=>{try{let t=localStorage.getItem("collabd.theme");(t==="light"||t==="dark")&&(document.documentElement.dataset.theme=t)}catch{}})();
