package report

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/originkey/originkey/internal/facts"
	"github.com/originkey/originkey/internal/finding"
	"github.com/originkey/originkey/internal/source"
)

type junitSuites struct {
	XMLName  xml.Name      `xml:"testsuites"`
	Name     string        `xml:"name,attr"`
	Tests    int           `xml:"tests,attr"`
	Failures int           `xml:"failures,attr"`
	Errors   int           `xml:"errors,attr"`
	Suites   []*junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name      string `xml:"name,attr"`
	ClassName string `xml:"classname,attr"`
	// Skipped has its reason as text: not all of the schemas that are in use
	// know an attribute.
	Skipped   string        `xml:"skipped,omitempty"`
	Error     *junitProblem `xml:"error"`
	Failure   *junitProblem `xml:"failure"`
	SystemOut string        `xml:"system-out,omitempty"`
}

type junitProblem struct {
	Type    string `xml:"type,attr"`
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// JUnit writes a test suite a file. Each path is a test of the file that its
// distribution is written in, and each finding is a test of its own file. A test
// fails where the finding, or one of those of the path, makes the program fail; a
// path that is not decided, or not encrypted with a KMS key, is skipped. What could
// not be read is an error. There are no times, since the same input gives the same
// bytes.
func JUnit(w io.Writer, r *Report, _ Style) error {
	suites := map[string]*junitSuite{}
	add := func(file string, test junitCase) {
		name := oneLine(cmp.Or(file, "originkey"))
		suite, ok := suites[name]
		if !ok {
			suite = &junitSuite{Name: name}
			suites[name] = suite
		}
		test.ClassName = name
		suite.Cases = append(suite.Cases, test)
		suite.Tests++
		switch {
		case test.Error != nil:
			suite.Errors++
		case test.Failure != nil:
			suite.Failures++
		case test.Skipped != "":
			suite.Skipped++
		}
	}
	for _, d := range r.Diagnostics {
		add(d.File, junitDiagnostic(d))
	}
	for _, path := range r.Paths {
		add(path.Distribution.Location.File, junitPath(r, path))
	}
	for _, f := range r.Findings {
		add(f.Location.File, junitFinding(r, f))
	}

	all := junitSuites{Name: "originkey"}
	for _, suite := range suites {
		all.Suites = append(all.Suites, suite)
		all.Tests += suite.Tests
		all.Failures += suite.Failures
		all.Errors += suite.Errors
	}
	slices.SortFunc(all.Suites, func(x, y *junitSuite) int { return cmp.Compare(x.Name, y.Name) })
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	encoder := xml.NewEncoder(w)
	encoder.Indent("", "  ")
	if err := encoder.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func junitDiagnostic(d source.Diagnostic) junitCase {
	test := junitCase{Name: "read"}
	if d.Line > 0 {
		test.Name = fmt.Sprintf("read line %d", d.Line)
	}
	message := oneLine(d.Message)
	if d.Severity == source.Warning {
		test.Skipped = message
		return test
	}
	test.Error = &junitProblem{Type: "diagnostic", Message: message, Text: oneLine(d.Location.String()) + ": " + message}
	return test
}

func junitPath(r *Report, path *facts.Path) junitCase {
	test := junitCase{Name: oneLine(fmt.Sprintf("%s, origin %s, reads %s", path.Distribution.Label(), path.OriginID, path.BucketName))}
	var failing, others []string
	for _, f := range r.findingsOf(path) {
		text := oneLine(fmt.Sprintf("%s: %s [%s]", f.Location, f.Message, f.Rule))
		if r.Fails(f) {
			failing = append(failing, text)
		} else {
			others = append(others, text)
		}
	}
	switch {
	case len(failing) > 0:
		message := string(path.Verdict)
		if blockers := r.Blockers(path); len(blockers) > 0 {
			message += ": " + strings.Join(blockers, ", ")
		}
		test.Failure = &junitProblem{Type: string(path.Verdict), Message: message, Text: strings.Join(failing, "\n")}
	case path.Verdict == facts.Undecided:
		test.Skipped = oneLine("undecided: " + strings.Join(path.Unknowns, "; "))
	case path.Verdict == facts.NotKMS:
		test.Skipped = "not-kms: the bucket's default encryption is not SSE-KMS"
	case path.Verdict == facts.Unreadable:
		others = append([]string{string(path.Verdict) + ": " + strings.Join(r.Blockers(path), ", ")}, others...)
	}
	test.SystemOut = strings.Join(others, "\n")
	return test
}

func junitFinding(r *Report, f finding.Finding) junitCase {
	test := junitCase{Name: oneLine(fmt.Sprintf("%s at line %d, column %d", f.Rule, f.Location.Line, f.Location.Column))}
	text := oneLine(f.Location.String()) + ": " + oneLine(f.Message)
	for _, related := range f.Related {
		text += "\n" + oneLine(related.Location.String()) + ": " + oneLine(related.Message)
	}
	if f.Suggestion != nil {
		text += "\n\n" + lines(suggestionText(f.Suggestion))
	}
	if r.Fails(f) {
		test.Failure = &junitProblem{Type: string(f.Level), Message: oneLine(f.Message), Text: text}
	} else {
		test.SystemOut = string(f.Level) + ": " + text
	}
	return test
}
