// Behind the buttons of the ribbon in WPS: opens the pane, and tells it which button was pressed.
const PANE = "xlperf_pane";
const WIDTH = 380;

function OnAddinLoad() {
  return true;
}

function OnAction(control) {
  const app = window.Application;
  app.PluginStorage.setItem("xlperf_asked", control.Id === "xlperfFinalize" ? "finalize" : "check");
  const id = app.PluginStorage.getItem(PANE);
  const pane = id ? app.GetTaskPane(Number(id)) : app.CreateTaskPane(new URL("pane.html", location.href).href);
  if (!id) {
    app.PluginStorage.setItem(PANE, pane.ID);
    pane.Width = WIDTH;
  }
  pane.Visible = true;
  return true;
}

function GetImage() {
  return "icon.png";
}
