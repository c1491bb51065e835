package cli

import (
	"io"
	"net/url"
	"regexp"
)

var (
	repositoryName = regexp.MustCompile(`^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$`)
	commitHash     = regexp.MustCompile(`^[0-9a-f]{40,64}$`)
)

// sourceURL is where the files of the repository are shown at the commit that is
// checked out, in a run of GitHub Actions ("Default environment variables" in
// GitHub's documentation). It is "" elsewhere.
func (c Command) sourceURL() string {
	get := func(name string) string {
		text, _ := c.LookupEnv(name)
		return text
	}
	server, err := url.Parse(get("GITHUB_SERVER_URL"))
	repository, commit := get("GITHUB_REPOSITORY"), get("GITHUB_SHA")
	if !c.inActions() || err != nil || server.Scheme != "https" || server.Host == "" || !repositoryName.MatchString(repository) || !commitHash.MatchString(commit) {
		return ""
	}
	return "https://" + server.Host + "/" + repository + "/blob/" + commit + "/"
}

func (c Command) inActions() bool {
	text, _ := c.LookupEnv("GITHUB_ACTIONS")
	return text == "true"
}

// log is where text for people goes. It quotes the repository: names of files, lines
// of source. The runner of GitHub Actions must find no command in it.
func (c Command) log(w io.Writer) io.Writer {
	if c.inActions() {
		return inertWriter{w}
	}
	return w
}

// workflowCommand finds what the runner takes for a command: "::" at the begin of a
// line, behind any blanks, and "##[" anywhere ("ActionCommand.cs" in its source).
var workflowCommand = regexp.MustCompile(`(?m)(?:^|\r)[\s\p{Z}\x{85}]*::|##\[`)

// An inertWriter writes text, one or more lines a call, so that no line is a command:
// a blank parts the signs.
type inertWriter struct{ io.Writer }

// Write implements io.Writer.
func (w inertWriter) Write(text []byte) (int, error) {
	inert := workflowCommand.ReplaceAllStringFunc(string(text), func(found string) string {
		return found[:len(found)-1] + " " + found[len(found)-1:]
	})
	if _, err := io.WriteString(w.Writer, inert); err != nil {
		return 0, err
	}
	return len(text), nil
}
