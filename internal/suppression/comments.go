package suppression

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/originkey/originkey/internal/source"
)

// A span is a range of byte offsets.
type span struct{ start, end int }

// A comment is what stands between the marks of a comment, in the lines from first
// to last.
type comment struct {
	span
	first, last int
}

// lines returns the text of each line of a comment, without what decorates it.
func (c comment) lines(text []byte) []span {
	var all []span
	for start := c.start; start < c.end; {
		end := c.end
		if i := bytes.IndexByte(text[start:end], '\n'); i >= 0 {
			end = start + i
		}
		trimmed := bytes.TrimLeft(text[start:end], " \t*#/")
		all = append(all, span{end - len(trimmed), end})
		start = end + 1
	}
	return all
}

// A commentList holds the comments of a file.
type commentList struct {
	comments []comment
	// code and commented hold the lines with code and with comments.
	code, commented map[int]bool
	// text holds, by the line on which it begins, the last line of a heredoc or
	// of a scalar of several lines: no comment can stand in it.
	text map[int]int
}

func newCommentList() commentList {
	return commentList{code: map[int]bool{}, commented: map[int]bool{}, text: map[int]int{}}
}

func (l *commentList) add(c comment) {
	l.comments = append(l.comments, c)
	for line := c.first; line <= c.last; line++ {
		l.commented[line] = true
	}
}

// target is the line that a comment is about, with the text that begins on it.
func (l *commentList) target(c comment) (first, last int) {
	first = l.line(c)
	return first, max(first, l.text[first])
}

func (l *commentList) line(c comment) int {
	for _, line := range []int{c.first, c.last} {
		if l.code[line] {
			return line
		}
	}
	next := c.last + 1
	for l.commented[next] && !l.code[next] {
		next++
	}
	return next
}

// hclComments finds comments by the tokens of HCL, so that nothing in a string or
// heredoc is taken for one.
func hclComments(file *source.File) commentList {
	list := newCommentList()
	tokens, _ := hclsyntax.LexConfig(file.Bytes, file.Path, hcl.InitialPos)
	var heredocs []int
	for _, token := range tokens {
		switch token.Type {
		case hclsyntax.TokenOHeredoc:
			heredocs = append(heredocs, token.Range.Start.Line)
		case hclsyntax.TokenCHeredoc:
			if last := len(heredocs) - 1; last >= 0 {
				list.text[heredocs[last]] = token.Range.Start.Line
				heredocs = heredocs[:last]
			}
		default:
		}
		switch token.Type {
		case hclsyntax.TokenNewline, hclsyntax.TokenEOF:
		case hclsyntax.TokenComment:
			// Comments to the end of a line hold its ending.
			text := bytes.TrimRight(token.Bytes, "\r\n")
			within := span{token.Range.Start.Byte, token.Range.Start.Byte + len(text)}
			switch {
			case bytes.HasPrefix(text, []byte("#")):
				within.start++
			case bytes.HasPrefix(text, []byte("/*")):
				within.start, within.end = within.start+2, max(within.end-2, within.start+2)
			default:
				within.start += 2
			}
			first := token.Range.Start.Line
			list.add(comment{span: within, first: first, last: first + bytes.Count(text, []byte("\n"))})
		default:
			for line := token.Range.Start.Line; line <= token.Range.End.Line; line++ {
				list.code[line] = true
			}
		}
	}
	return list
}

// yamlComments finds the comments of YAML documents: what follows a "#" that stands
// at the begin of a line or behind white space, and is in no scalar.
func yamlComments(file *source.File, documents []*source.Node) commentList {
	text := file.Bytes
	scalars := scalarSpans(text, documents)
	list := newCommentList()
	for _, scalar := range scalars {
		// A block scalar ends where the next line begins.
		end := scalar.start + len(bytes.TrimRight(text[scalar.start:scalar.end], " \t\r\n"))
		at := file.Location(scalar.start, end)
		list.text[int(at.Line)] = max(list.text[int(at.Line)], int(at.EndLine))
	}
	line := 1
	for offset := 0; offset < len(text); {
		for len(scalars) > 0 && scalars[0].end <= offset {
			scalars = scalars[1:]
		}
		inScalar := len(scalars) > 0 && scalars[0].start <= offset
		switch c := text[offset]; {
		case c == '\n':
			line++
		case c == ' ' || c == '\t' || c == '\r':
		case c == '#' && !inScalar && (offset == 0 || bytes.IndexByte([]byte(" \t\n\r"), text[offset-1]) >= 0):
			end := len(text)
			if i := bytes.IndexByte(text[offset:], '\n'); i >= 0 {
				end = offset + i
			}
			list.add(comment{span: span{offset + 1, end}, first: line, last: line})
			offset = end
			continue
		default:
			list.code[line] = true
		}
		offset++
	}
	return list
}

// scalarSpans returns where a "#" is no comment, sorted. The first line of a block
// scalar holds its indicators and may hold a comment.
func scalarSpans(text []byte, documents []*source.Node) []span {
	var spans []span
	seen := map[*source.Node]bool{}
	var walk func(*source.Node)
	walk = func(node *source.Node) {
		if seen[node] {
			return
		}
		seen[node] = true
		for _, item := range node.Items {
			walk(item)
		}
		for _, member := range node.Members {
			walk(member.Key)
			walk(member.Value)
		}
		if node.Kind == source.SequenceNode || node.Kind == source.MappingNode || node.Start >= node.End {
			return
		}
		its := span{node.Start, node.End}
		if header := blockHeader(text[its.start:its.end]); header >= 0 {
			its.start += header
		}
		spans = append(spans, its)
	}
	for _, document := range documents {
		walk(document)
	}
	slices.SortFunc(spans, func(x, y span) int { return cmp.Compare(x.start, y.start) })
	return spans
}

// blockHeader returns the length of the first line of a block scalar, behind its
// tag and anchor, or -1 where there is none.
func blockHeader(text []byte) int {
	rest := text
	for len(rest) > 0 && (rest[0] == '!' || rest[0] == '&') {
		end := bytes.IndexAny(rest, " \t\n")
		if end < 0 {
			return -1
		}
		rest = bytes.TrimLeft(rest[end:], " \t\r\n")
	}
	if len(rest) == 0 || rest[0] != '|' && rest[0] != '>' {
		return -1
	}
	if end := bytes.IndexByte(rest, '\n'); end >= 0 {
		return len(text) - len(rest) + end
	}
	return len(text)
}
