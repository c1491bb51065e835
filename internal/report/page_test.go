package report

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

var screenshots = flag.String("screenshots", "", "write pictures of the page to `DIRECTORY`, to be looked at")

// browser starts a browser that is on the machine, with a page in it. Everything
// that the page complains about, or asks of a network, fails the test.
func browser(t *testing.T, page string) context.Context {
	t.Helper()
	var executable string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if found, err := exec.LookPath(name); err == nil {
			executable = found
			break
		}
	}
	if executable == "" {
		t.Skip("there is no Chromium on the PATH to open the page in")
	}
	file := filepath.Join(t.TempDir(), "page.html")
	if err := os.WriteFile(file, []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}
	address := "file://" + filepath.ToSlash(file)
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(executable),
		// The page is our own, and containers do not let the sandbox work.
		chromedp.NoSandbox,
		chromedp.WindowSize(1440, 900),
	)...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	var lock sync.Mutex
	var complaints []string
	err := chromedp.Listen(ctx, func(event any) {
		lock.Lock()
		defer lock.Unlock()
		switch event := event.(type) {
		case *runtime.EventExceptionThrown:
			complaints = append(complaints, "exception: "+event.ExceptionDetails.Text)
		case *runtime.EventConsoleAPICalled:
			complaints = append(complaints, fmt.Sprintf("console.%s", event.Type))
		case *log.EventEntryAdded:
			complaints = append(complaints, fmt.Sprintf("%s: %s", event.Entry.Level, event.Entry.Text))
		case *network.EventRequestWillBeSent:
			if event.Request.URL != address {
				complaints = append(complaints, "it asks for "+event.Request.URL)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		lock.Lock()
		defer lock.Unlock()
		for _, complaint := range complaints {
			t.Errorf("the page complains: %s", complaint)
		}
	})
	call(t, ctx, network.Enable, network.EnableParams{})
	run(t, ctx, chromedp.Navigate(address), chromedp.WaitVisible(chromedp.CSS("#list li")))
	return ctx
}

func run(t *testing.T, ctx context.Context, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, actions...); err != nil {
		t.Fatal(err)
	}
}

func call[P, R any](t *testing.T, ctx context.Context, command cdp.Command[P, R], parameters P) {
	t.Helper()
	if _, err := chromedp.Call(ctx, command, parameters); err != nil {
		t.Fatal(err)
	}
}

// evaluate returns the value of an expression in the page.
func evaluate[T any](t *testing.T, ctx context.Context, expression string) T {
	t.Helper()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return value
}

func want[T any](t *testing.T, ctx context.Context, what, expression string, expected T) {
	t.Helper()
	if got := evaluate[T](t, ctx, expression); !reflect.DeepEqual(got, expected) {
		t.Errorf("%s: got %v, want %v", what, got, expected)
	}
}

// search types over what is in the search box.
func search(t *testing.T, ctx context.Context, text string) {
	t.Helper()
	evaluate[chromedp.Void](t, ctx, `document.getElementById("search").select()`)
	run(t, ctx, chromedp.KeyEvent(text))
}

const (
	shownPaths  = `[...document.querySelectorAll(".path:not(.gone)")].length`
	shownNodes  = `[...document.querySelectorAll(".node:not(.gone)")].length`
	listedPaths = `[...document.querySelectorAll("#list li:not([hidden])")].length`
	shownText   = `document.getElementById("shown").textContent`
)

// TestPage opens a page of 500 paths, filters, searches, and chooses paths with
// the mouse and with keys.
func TestPage(t *testing.T) {
	r := manyPaths(500)
	ctx := browser(t, drawnAs(t, r, HTML))

	// The script lays out as drawPicture does.
	p := drawPicture(r)
	var lines, places []string
	for _, path := range p.paths {
		line, middles := path.line()
		lines = append(lines, line)
		for i, middle := range middles {
			if path.holds[i] < 2 {
				places = append(places, fmt.Sprintf("translate(%d %d)", middle[0], middle[1]))
			}
		}
	}
	for _, nodes := range p.columns {
		for _, node := range nodes {
			places = append(places, fmt.Sprintf("translate(%d %d) %d %d", columnX(node.column), node.y, node.height(), 2*len(node.labels())))
		}
	}
	want(t, ctx, "lines", `[...document.querySelectorAll(".path .line")].map((e) => e.getAttribute("d"))`, lines)
	want(t, ctx, "marks and nodes", `[
		...[...document.querySelectorAll(".path .mark")].map((e) => e.getAttribute("transform")),
		...[...document.querySelectorAll(".node")].map((e) => [e.getAttribute("transform"), e.querySelector("rect").getAttribute("height"), e.querySelectorAll("text").length].join(" ")),
	]`, places)

	want(t, ctx, "all", shownText, "500 of 500 paths")
	want(t, ctx, "all drawn", shownPaths, 500)
	want(t, ctx, "all listed", listedPaths, 500)
	want(t, ctx, "hostile names are text", `document.querySelectorAll("script").length`, 2)
	want(t, ctx, "findings of no path", `document.querySelectorAll("#others .finding").length`, 1)

	// Filters by verdict.
	height := evaluate[float64](t, ctx, `Number(document.querySelector("#drawing > svg").getAttribute("height"))`)
	for _, status := range []string{"readable", "not-kms", "undecided"} {
		run(t, ctx, chromedp.Click(chromedp.CSS(fmt.Sprintf(`input[value="%s"]`, status))))
	}
	want(t, ctx, "only unreadable", shownText, "125 of 500 paths")
	want(t, ctx, "only unreadable drawn", shownPaths, 125)
	want(t, ctx, "only unreadable listed", listedPaths, 125)
	want(t, ctx, "no other status is drawn", `document.querySelectorAll(".path:not(.unreadable):not(.gone)").length`, 0)
	if filtered := evaluate[float64](t, ctx, `Number(document.querySelector("#drawing > svg").getAttribute("height"))`); filtered >= height {
		t.Errorf("the picture is %v high when filtered, %v before", filtered, height)
	}

	// Search, in what is left.
	search(t, ctx, "SITE[12] missing-decrypt")
	want(t, ctx, "search", shownText, "1 of 500 paths")
	want(t, ctx, "search drawn", shownPaths, 1)
	want(t, ctx, "nodes of one path", shownNodes, 4)
	search(t, ctx, "no such thing")
	want(t, ctx, "nothing", shownText, "0 of 500 paths")
	want(t, ctx, "nothing is said", `document.getElementById("none").hidden`, false)
	search(t, ctx, "site[12]")
	for _, status := range []string{"readable", "not-kms", "undecided"} {
		run(t, ctx, chromedp.Click(chromedp.CSS(fmt.Sprintf(`input[value="%s"]`, status))))
	}
	want(t, ctx, "one distribution", shownText, "2 of 500 paths")

	// A click on the line of a path.
	type point struct{ X, Y float64 }
	at := evaluate[point](t, ctx, `(() => {
		const line = document.querySelector(".path.unreadable:not(.gone) .target");
		const at = line.getPointAtLength(20).matrixTransform(line.getScreenCTM());
		return { X: at.x, Y: at.y };
	})()`)
	run(t, ctx, chromedp.MouseClickXY(at.X, at.Y))
	want(t, ctx, "the panel", `[document.getElementById("details").hidden, document.getElementById("overview").hidden]`, []bool{false, true})
	want(t, ctx, "its name", `document.getElementById("name").textContent`, "module.site[12].aws_cloudfront_distribution.content_delivery / origin-1 → module.site[12].aws_s3_bucket.assets_1")
	want(t, ctx, "its badge", `document.querySelector(".badge").textContent`, "unreadable: missing-decrypt-grant")
	want(t, ctx, "its hops", `[...document.querySelectorAll("#content dt")].map((e) => e.textContent)`,
		[]string{"distribution", "origin", "identity", "bucket", "encryption", "bucket policy", "key", "key policy", "verdict", "what to do"})
	want(t, ctx, "its statements", `[...document.querySelectorAll("#content .statements li")].map((e) => e.firstChild.textContent)`, []string{`"Statement25": yes, it allows kms:Decrypt`})
	want(t, ctx, "its findings", `[...document.querySelectorAll("#content .finding p")].map((e) => e.textContent)`, []string{"the key policy for path 25 misses a grant " + hostileName})
	want(t, ctx, "its rule", `document.querySelector("#content .finding a").href`, "https://example.com/missing-decrypt-grant")
	want(t, ctx, "its line", `[...document.querySelectorAll(".path.chosen")].map((e) => e.getAttribute("aria-pressed"))`, []string{"true"})
	want(t, ctx, "the focus", `document.activeElement.id`, "name")

	// Escape leads back, the arrows to the next path, Enter chooses it.
	run(t, ctx, chromedp.KeyEvent(kb.Escape))
	want(t, ctx, "the panel is closed", `[document.getElementById("details").hidden, document.getElementById("overview").hidden]`, []bool{true, false})
	want(t, ctx, "the focus is back", `document.activeElement.classList.contains("unreadable")`, true)
	run(t, ctx, chromedp.KeyEvent(kb.Home), chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.ArrowUp), chromedp.KeyEvent(kb.Enter))
	want(t, ctx, "chosen with keys", `document.querySelector(".badge").textContent`, "readable")
	run(t, ctx, chromedp.Click(chromedp.CSS("#close")))
	want(t, ctx, "closed", `document.getElementById("details").hidden`, true)

	// The list does the same as the picture; one Tab stop leads into the picture.
	run(t, ctx, chromedp.Click(chromedp.CSS("#list li:not([hidden]) button")))
	want(t, ctx, "chosen from the list", `document.querySelector(".badge").textContent`, "unreadable: missing-decrypt-grant")
	want(t, ctx, "stops of the Tab key", `document.querySelectorAll('.path[tabindex="0"]').length`, 1)

	// A filter that takes a chosen path away closes it.
	run(t, ctx, chromedp.Click(chromedp.CSS(`input[value="unreadable"]`)))
	want(t, ctx, "the chosen path is gone", `document.getElementById("details").hidden`, true)
	if *screenshots != "" {
		photograph(t, ctx)
	}
}

// photograph writes how the page looks at the widths of a phone and of a desk, in
// both colour schemes, with a path chosen and without.
func photograph(t *testing.T, ctx context.Context) {
	t.Helper()
	run(t, ctx, chromedp.Click(chromedp.CSS(`input[value="unreadable"]`)))
	search(t, ctx, " ")
	for _, scheme := range []string{"light", "dark"} {
		for _, width := range []int64{390, 1440} {
			for _, state := range []string{"all", "chosen"} {
				call(t, ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
				run(t, ctx, chromedp.EmulateViewport(width, 844))
				if state == "chosen" {
					run(t, ctx, chromedp.Click(chromedp.CSS("#list li:not([hidden]) button")))
				}
				picture, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
				if err != nil {
					t.Fatal(err)
				}
				if state == "chosen" {
					run(t, ctx, chromedp.Click(chromedp.CSS("#close")))
				}
				if err := os.WriteFile(filepath.Join(*screenshots, fmt.Sprintf("page-%s-%d-%s.png", scheme, width, state)), picture, 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

// TestPageIsClosed asserts what keeps a page with hostile names harmless, without
// a browser.
func TestPageIsClosed(t *testing.T) {
	text := drawnAs(t, manyPaths(12), HTML)
	if again := drawnAs(t, manyPaths(12), HTML); again != text {
		t.Error("two pages differ")
	}
	for _, wanted := range []string{"default-src &#39;none&#39;", "base-uri &#39;none&#39;", "form-action &#39;none&#39;"} {
		if !strings.Contains(text, wanted) {
			t.Errorf("the policy of the page lacks %s", wanted)
		}
	}
	for _, bad := range []string{"unsafe-", "<script>alert", "http-equiv=\"refresh\"", "<link", "src=", "@import", "url("} {
		if strings.Contains(text, bad) {
			t.Errorf("the page holds %s", bad)
		}
	}
	if n := strings.Count(text, "<script"); n != 2 {
		t.Errorf("the page has %d scripts, want its data and its own", n)
	}
	_, data, _ := strings.Cut(text, `<script type="application/json" id="data">`)
	data, _, _ = strings.Cut(data, "</script>")
	var read pageData
	if err := json.Unmarshal([]byte(data), &read); err != nil {
		t.Fatal(err)
	}
	if last := read.Paths[len(read.Paths)-1]; last.Distribution != "distribution "+hostileName {
		t.Errorf("the last distribution is %q", last.Distribution)
	}
}
