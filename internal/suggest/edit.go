package suggest

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/originkey/originkey/internal/finding"
	"github.com/originkey/originkey/internal/graph"
	"github.com/originkey/originkey/internal/source"
)

// edit is the change that writes a statement into its policy: before the first
// statement, or in place of the one that it replaces. It returns nil where the
// text around that place is not exactly what one statement of a list looks like,
// or where the policy is read more than once, since a change that is applied
// without being read has to be right.
func (s *suggester) edit(text string, writing form, policy, replaced *graph.Node) *finding.Edit {
	anchor := replaced
	if replaced == nil {
		statements := s.graph.Children(policy.ID, graph.Statement)
		if len(statements) == 0 {
			return nil
		}
		anchor = statements[0]
	}
	at := anchor.Location
	file := s.graph.Files[at.File]
	always, constant := anchor.Statement.When.Constant()
	if file == nil || !always || !constant || s.graph.StatementsAt(at) != 1 || path.Dir(at.File) != path.Dir(policy.Location.File) {
		return nil
	}
	line := file.Line(int(at.Line))
	margin := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
	start := file.Offset(int(at.Line), int(at.Column))
	var end int
	var separator string
	switch writing {
	case statementBlock:
		if !blockHeader.MatchString(line) || file.Offset(int(at.Line), 1)+len(margin) != start {
			return nil
		}
		end, separator = blockEnd(file, int(at.Line), margin), "\n\n"
	case templateYAML:
		start = file.Offset(int(at.Line), 1) + len(margin)
		if !strings.HasPrefix(line[len(margin):], "- ") || file.Offset(int(at.Line), int(at.Column)) > start && strings.Trim(string(file.Bytes[start:file.Offset(int(at.Line), int(at.Column))]), "- ") != "" {
			return nil
		}
		if replaced == nil && !isFirstItem(file, int(at.Line)) {
			return nil
		}
		end, separator = itemEnd(file, int(at.Line), len(margin)), "\n"
	case hclObject, jsonTemplate, templateJSON, plainJSON:
		before := file.Bytes[max(0, start-nearby):start]
		if replaced == nil && !opensList.Match(before) || replaced != nil && !beforeItem.Match(before) {
			return nil
		}
		end, separator = objectEnd(file, start, file.Offset(int(at.EndLine), int(at.EndColumn))), ",\n"
	default:
		return nil
	}
	switch {
	case replaced == nil:
		end = start
		text += separator
	case end < start:
		return nil
	}
	text = blankLines.ReplaceAllString(hang(text, margin), "\n\n")
	if lineEnd := file.Offset(int(at.Line), 1) + len(line); lineEnd < len(file.Bytes) && file.Bytes[lineEnd] == '\r' {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	return &finding.Edit{Location: file.Location(start, end), Text: text}
}

var (
	blockHeader = regexp.MustCompile(`^[ \t]*statement[ \t]*\{`)
	// opensList matches what comes before the first statement of a list, and
	// beforeItem what comes before any.
	opensList  = regexp.MustCompile(`(?:^|[^\w.])Statement"?\s*[:=]\s*\[\s*$`)
	beforeItem = regexp.MustCompile(`[\[,]\s*$|(?:^|[^\w.])Statement"?\s*[:=]\s*$`)
	listKey    = regexp.MustCompile(`^\s*"?Statement"?:\s*(#.*)?$`)
	blankLines = regexp.MustCompile(`\n[ \t]+\n`)
)

// nearby is how many bytes are looked at before a place.
const nearby = 200

// blockEnd is where a block ends that begins in a line: behind the first brace
// that stands under its first word. It is -1 where something in between stands
// further left.
func blockEnd(file *source.File, line int, margin string) int {
	for next := line + 1; next <= file.Lines(); next++ {
		text := file.Line(next)
		switch rest, ok := strings.CutPrefix(text, margin); {
		case strings.TrimSpace(text) == "":
		case !ok:
			return -1
		case strings.HasPrefix(rest, "}"):
			return file.Offset(next, 1) + len(margin) + 1
		case !strings.HasPrefix(rest, " ") && !strings.HasPrefix(rest, "\t"):
			return -1
		}
	}
	return -1
}

// isFirstItem reports whether the item of a list that begins in a line follows the
// key Statement.
func isFirstItem(file *source.File, line int) bool {
	for line--; line > 0; line-- {
		text := strings.TrimSpace(file.Line(line))
		if text != "" && !strings.HasPrefix(text, "#") {
			return listKey.MatchString(file.Line(line))
		}
	}
	return false
}

// itemEnd is the end of the last line of an item of a list whose dash stands behind
// so many blanks.
func itemEnd(file *source.File, line, margin int) int {
	last := line
	for next := line + 1; next <= file.Lines(); next++ {
		text := file.Line(next)
		content := strings.TrimLeft(text, " ")
		if content == "" {
			continue
		}
		if len(text)-len(content) <= margin {
			break
		}
		last = next
	}
	return file.Offset(last, 1) + len(file.Line(last))
}

// objectEnd is end where an object begins at start and ends at end, else -1.
func objectEnd(file *source.File, start, end int) int {
	if end-start < 2 || file.Bytes[start] != '{' || file.Bytes[end-1] != '}' {
		return -1
	}
	return end
}

// isCertain reports whether a statement can be written as it is: nothing else has
// to be changed or filled in first.
func (s *suggester) isCertain(scope *scope, replaced *graph.Node) bool {
	return len(scope.advice) == 0 && !s.manual && (replaced == nil || isAlone(replaced)) &&
		slices.Contains([]form{statementBlock, hclObject, jsonTemplate, plainJSON, templateYAML, templateJSON}, scope.form)
}
