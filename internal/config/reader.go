package config

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/agext/levenshtein"
	"github.com/bmatcuk/doublestar/v4"

	"github.com/originkey/originkey/internal/source"
)

// A reader reads the nodes of a configuration and collects what is wrong.
type reader struct{ diagnostics []source.Diagnostic }

// fields are the keys of an object, each with what reads its value.
type fields map[string]func(*source.Node)

var (
	accountForm = regexp.MustCompile(`^[0-9]{12}$`)
	regionForm  = regexp.MustCompile(`^[a-z]{2,}(-[a-z]+)+-[0-9]$`)
	idForm      = regexp.MustCompile(`^[0-9A-Z]+$`)
)

func isAccount(text string) bool { return accountForm.MatchString(text) }
func isRegion(text string) bool  { return regionForm.MatchString(text) }
func isID(text string) bool      { return idForm.MatchString(text) }

func (r *reader) fail(at source.Location, format string, arguments ...any) {
	r.diagnostics = append(r.diagnostics, source.Diagnostic{Location: at, Severity: source.Error, Message: fmt.Sprintf(format, arguments...)})
}

// object reads a mapping whose keys are those of known.
func (r *reader) object(node *source.Node, what string, known fields) {
	if node.Kind != source.MappingNode {
		r.fail(node.Location, "%s has to be a mapping with the keys %s", what, names(known))
		return
	}
	lines := map[string]int{}
	for _, member := range node.Members {
		name, at := member.Key.Text, member.Key.Location
		read, ok := known[name]
		switch line, twice := lines[name]; {
		case !ok:
			r.fail(at, "%s has no key %s%s", what, name, suggest(name, known))
		case twice:
			r.fail(at, "%s is written twice, here and in line %d", name, line)
		default:
			read(member.Value)
		}
		lines[name] = int(at.Line)
	}
}

func names(known fields) string { return strings.Join(slices.Sorted(maps.Keys(known)), ", ") }

// suggest names the key that was meant, or all of them.
func suggest(name string, known fields) string {
	return cmp.Or(DidYouMean(name, slices.Sorted(maps.Keys(known))), "; it has "+names(known))
}

// DidYouMean names the candidate that was meant, in a clause that ends a message.
// It is "" where none is near. The first of several that are as near is named.
func DidYouMean(name string, candidates []string) string {
	best, distance := "", 0
	for _, candidate := range candidates {
		if d := levenshtein.Distance(strings.ToLower(name), candidate, nil); best == "" || d < distance {
			best, distance = candidate, d
		}
	}
	if best == "" || distance > max(1, len(name)/3) {
		return ""
	}
	return fmt.Sprintf("; did you mean %s?", best)
}

// scalar reads text. What YAML takes for a number or a truth value has to be quoted:
// an account may begin with a zero.
func (r *reader) scalar(node *source.Node) (source.Text, bool) {
	switch node.Kind {
	case source.StringNode:
		if node.Text != "" {
			return source.Text{Text: node.Text, Location: node.Location}, true
		}
		r.fail(node.Location, "expected text that is not empty")
	case source.NumberNode, source.BoolNode:
		r.fail(node.Location, "expected text; write it in quotes: %q", node.Text)
	default:
		r.fail(node.Location, "expected text")
	}
	return source.Text{}, false
}

func (r *reader) any(into *source.Text) func(*source.Node) {
	return func(node *source.Node) { *into, _ = r.scalar(node) }
}

// text reads text of a certain form.
func (r *reader) text(into *source.Text, form string, valid func(string) bool) func(*source.Node) {
	return func(node *source.Node) {
		if node.Text != "" && (node.Kind != source.StringNode || !valid(node.Text)) {
			r.fail(node.Location, "expected %s, not %s", form, node.Text)
			return
		}
		*into, _ = r.scalar(node)
	}
}

func (r *reader) oneOf(into *source.Text, allowed ...string) func(*source.Node) {
	return r.text(into, "one of "+strings.Join(allowed, ", "), func(text string) bool { return slices.Contains(allowed, text) })
}

func (r *reader) flag(into *source.Text) func(*source.Node) {
	return func(node *source.Node) {
		if node.Kind != source.BoolNode {
			r.fail(node.Location, "expected true or false")
			return
		}
		*into = source.Text{Text: node.Text, Location: node.Location}
	}
}

// MaxLimit is the largest limit. Larger ones would be none.
const MaxLimit = 1_000_000_000

// count reads a whole number of at least 1.
func (r *reader) count(into *source.Text) func(*source.Node) {
	return func(node *source.Node) {
		if number, err := strconv.Atoi(node.Text); node.Kind != source.NumberNode || err != nil || number < 1 || number > MaxLimit {
			r.fail(node.Location, "expected a whole number from 1 to %d", MaxLimit)
			return
		}
		*into = source.Text{Text: node.Text, Location: node.Location}
	}
}

func (r *reader) list(read func(*source.Node)) func(*source.Node) {
	return func(node *source.Node) {
		if node.Kind != source.SequenceNode {
			r.fail(node.Location, "expected a list")
			return
		}
		for _, item := range node.Items {
			read(item)
		}
	}
}

func (r *reader) glob(into *source.Text) func(*source.Node) {
	return func(node *source.Node) {
		text, ok := r.scalar(node)
		if ok && !doublestar.ValidatePattern(text.Text) {
			r.fail(node.Location, "%s is not a valid glob", text.Text)
			return
		}
		*into = text
	}
}

func (r *reader) globs(into *[]source.Text) func(*source.Node) {
	return r.list(func(node *source.Node) {
		var text source.Text
		if r.glob(&text)(node); !text.IsZero() {
			*into = append(*into, text)
		}
	})
}

// mapping reads a mapping of names to values; what says of what to what.
func (r *reader) mapping(what string, read func(name source.Text, node *source.Node)) func(*source.Node) {
	return func(node *source.Node) {
		if node.Kind != source.MappingNode {
			r.fail(node.Location, "expected a mapping of %s", what)
			return
		}
		lines := map[string]int{}
		for _, member := range node.Members {
			name := source.Text{Text: member.Key.Text, Location: member.Key.Location}
			if line, twice := lines[name.Text]; twice {
				r.fail(name.Location, "%s is written twice, here and in line %d", name.Text, line)
			}
			lines[name.Text] = int(name.Location.Line)
			read(name, member.Value)
		}
	}
}

// identifiers reads a mapping of addresses to ids.
func (r *reader) identifiers(into *[]Identifier) func(*source.Node) {
	return r.mapping("addresses to ids", func(address source.Text, node *source.Node) {
		identifier := Identifier{Address: address}
		r.text(&identifier.ID, "an id such as E1EXAMPLE", isID)(node)
		*into = append(*into, identifier)
	})
}

// path reads the path of a file or folder of the repository, in its shortest form.
func (r *reader) path(into *source.Text) func(*source.Node) {
	return func(node *source.Node) {
		text, ok := r.scalar(node)
		if !ok {
			return
		}
		if !isPath(text.Text) {
			r.fail(node.Location, "expected a path relative to the repository root, with forward slashes and below it, not %s", text.Text)
			return
		}
		text.Text = path.Clean(text.Text)
		*into = text
	}
}

// isPath reports whether a path is relative and leads out of nothing.
func isPath(text string) bool {
	clean := path.Clean(text)
	return !path.IsAbs(clean) && clean != ".." && !strings.HasPrefix(clean, "../") && !strings.Contains(text, `\`)
}

func (r *reader) paths(into *[]source.Text) func(*source.Node) {
	return r.list(func(node *source.Node) {
		var text source.Text
		r.path(&text)(node)
		*into = append(*into, text)
	})
}

// onceOnly reports a path that an earlier element has.
func (r *reader) onceOnly(path, earlier source.Text) {
	if !path.IsZero() && path.Text == earlier.Text {
		r.fail(path.Location, "%s is written twice, here and in line %d", path.Text, earlier.Location.Line)
	}
}

// parameter reads the value of a parameter: a scalar, which may be empty, or a
// list of them.
func (r *reader) parameter(node *source.Node) source.Text {
	value := source.Text{Text: node.Text, Location: node.Location}
	switch node.Kind {
	case source.StringNode, source.NumberNode, source.BoolNode:
	case source.SequenceNode:
		items := make([]string, len(node.Items))
		for i, item := range node.Items {
			if items[i] = item.Text; item.Kind != source.NumberNode && item.Kind != source.BoolNode {
				r.scalar(item)
			}
		}
		value.Text = strings.Join(items, ",")
	default:
		r.fail(node.Location, "expected text or a list of texts")
	}
	return value
}

func (r *reader) require(node *source.Node, name string, text source.Text) {
	if text.IsZero() && node.Kind == source.MappingNode && node.Get(name) == nil {
		r.fail(node.Location, "%s is missing", name)
	}
}
