// What the theme's search needs to find Chinese, and to work on pages that are opened from a disk.

// The index holds Chinese character by character (see generator/site.yml); a question is asked in the same way.
const QUERY = 2 // the theme's number for a message that asks
const asked = text => text.replace(/\p{sc=Han}/gu, " +$& ")
const translated = message => (message.type === QUERY ? { ...message, data: asked(message.data) } : message)

const SearchWorker = class extends Worker {
  postMessage(message) {
    super.postMessage(translated(message))
  }
}

// Browsers refuse workers to pages that are opened from a disk. There the search runs in a hidden frame instead.
const FrameWorker = class extends EventTarget {
  constructor(url) {
    super()
    const frame = document.createElement("iframe")
    frame.hidden = true
    frame.srcdoc = "<!doctype html>"
    this.ready = new Promise(resolve => {
      frame.onload = () => {
        this.inner = frame.contentWindow
        this.inner.postMessage = data => this.dispatchEvent(new MessageEvent("message", { data }))
        const script = this.inner.document.createElement("script")
        script.src = url
        script.onload = resolve
        this.inner.document.body.append(script)
      }
    })
    document.body.append(frame)
  }

  postMessage(message) {
    const data = translated(message)
    this.ready.then(() => this.inner.dispatchEvent(new MessageEvent("message", { data })))
  }
}

if (location.protocol === "file:") window.IFrameWorker = window.Worker = FrameWorker
else window.Worker = SearchWorker
