// Says so in a browser that is too old; in words that the oldest one understands.
(function () {
  var wanted = document.body.getAttribute("data-needs").split(" ");
  for (var at = 0; at < wanted.length; at++) {
    if (!(wanted[at] in window)) {
      document.getElementById("too-old").hidden = false;
      document.getElementById("work").hidden = true;
      document.body.setAttribute("data-state", "unsupported");
      return;
    }
  }
})();
