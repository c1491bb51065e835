package finding

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/originkey/originkey/internal/source"
)

// An Ignore is what someone wrote to accept findings of rules. Those that it
// covers match all of Within, File, Address and Sid; what is zero matches all.
type Ignore struct {
	Rules  []source.Text
	Reason string
	// Until is the last day on which it holds, as 2006-01-02, or "".
	Until string
	// Location is where it is written, and Kind what that is.
	Location source.Location
	Kind     SuppressionKind

	// Within is the range in which a finding begins, or what it is about.
	Within source.Location
	// File is a glob of its file.
	File string
	// Address is that of its resource, with "unit#" before it where it is meant
	// in one unit only. A part of a module path or name without an index means
	// every instance.
	Address string
	// Sid is that of its statement.
	Sid string
}

// IsDate reports whether text is a day as an Ignore writes it.
func IsDate(text string) bool {
	_, err := time.Parse(time.DateOnly, text)
	return err == nil
}

func (i *Ignore) covers(f Finding) bool {
	if !i.Within.IsZero() && !contains(i.Within, f.Location) && !contains(i.Within, f.Anchor) {
		return false
	}
	if i.File != "" {
		if matched, _ := doublestar.Match(i.File, f.Location.File); !matched {
			return false
		}
	}
	return (i.Sid == "" || i.Sid == f.Sid) && (i.Address == "" || matchesAddress(i.Address, f))
}

// contains reports whether a place begins in a range.
func contains(within, at source.Location) bool {
	begins := cmp.Or(cmp.Compare(within.Line, at.Line), cmp.Compare(within.Column, at.Column))
	ends := cmp.Or(cmp.Compare(at.Line, within.EndLine), cmp.Compare(at.Column, within.EndColumn))
	return within.File == at.File && begins <= 0 && ends < 0
}

func matchesAddress(pattern string, f Finding) bool {
	if pattern == f.Address {
		return true
	}
	if unit, address, qualified := cutUnit(pattern); qualified {
		if unit != f.Unit {
			return false
		}
		pattern = address
	}
	wanted, is := addressParts(pattern), addressParts(f.Address)
	return len(wanted) == len(is) && !slices.ContainsFunc(wanted, func(part addressPart) bool {
		other := is[0]
		is = is[1:]
		return part.name != other.name || part.index != "" && part.index != other.index
	})
}

// cutUnit separates "unit#address". A "#" in an index is none.
func cutUnit(text string) (unit, address string, qualified bool) {
	unit, address, qualified = strings.Cut(text, "#")
	if !qualified || strings.Contains(unit, `["`) {
		return "", text, false
	}
	return unit, address, true
}

// An addressPart is one name of an address with its index: site["a"] or site.
type addressPart struct{ name, index string }

// addressParts splits an address at the dots that are not in an index.
func addressParts(address string) []addressPart {
	var parts []addressPart
	start, quoted := 0, false
	add := func(end int) {
		name, index, _ := strings.Cut(address[start:end], "[")
		parts = append(parts, addressPart{name: name, index: index})
		start = end + 1
	}
	for i := 0; i < len(address); i++ {
		switch {
		case quoted && address[i] == '\\':
			i++
		case address[i] == '"':
			quoted = !quoted
		case address[i] == '.' && !quoted:
			add(i)
		}
	}
	add(len(address))
	return parts
}

// A Judgement separates findings that count from those that someone accepted.
type Judgement struct {
	Open, Suppressed []Finding
	// Diagnostics list what is written and has no effect.
	Diagnostics []source.Diagnostic
}

// Suppress applies ignores to findings on a day, written as Ignore.Until is. An
// ignore that covers nothing is reported where sought says that all that it could
// cover was looked for.
func Suppress(findings []Finding, ignores []Ignore, today string, sought func(ignore Ignore, rule string) bool) Judgement {
	s := suppressing{today: today, byRule: map[string][]*applied{}}
	var all []*applied
	for i := range ignores {
		for _, rule := range ignores[i].Rules {
			each := &applied{Ignore: &ignores[i], rule: rule}
			all = append(all, each)
			s.byRule[key(rule.Text, each.Within.File)] = append(s.byRule[key(rule.Text, each.Within.File)], each)
		}
	}
	var judgement Judgement
	for _, f := range findings {
		open, suppressed := f.split(s.accept)
		judgement.Open = append(judgement.Open, open...)
		judgement.Suppressed = append(judgement.Suppressed, suppressed...)
	}
	for _, each := range all {
		var message string
		switch {
		case each.matched && each.hasEnded(today):
			message = fmt.Sprintf("the suppression of %s ended on %s: what it covers counts again", each.rule.Text, each.Until)
		case !each.matched && sought(*each.Ignore, each.rule.Text):
			message = fmt.Sprintf("the suppression of %s covers no finding: remove it", each.rule.Text)
		default:
			continue
		}
		judgement.Diagnostics = append(judgement.Diagnostics, source.Diagnostic{Location: each.rule.Location, Severity: source.Warning, Message: message})
	}
	slices.SortStableFunc(judgement.Open, Compare)
	slices.SortStableFunc(judgement.Suppressed, Compare)
	return judgement
}

// key is that of the ignores of a rule that are for one file, or for any.
func key(rule, file string) string { return rule + "\x00" + file }

// applied is an ignore of one rule.
type applied struct {
	*Ignore
	rule    source.Text
	matched bool
}

func (a *applied) hasEnded(today string) bool { return a.Until != "" && today > a.Until }

type suppressing struct {
	today  string
	byRule map[string][]*applied
}

// accept marks a finding as suppressed where an ignore covers it.
func (s suppressing) accept(f *Finding) bool {
	files := []string{f.Location.File, f.Anchor.File, ""}
	slices.Sort(files)
	for _, file := range slices.Compact(files) {
		for _, each := range s.byRule[key(f.Rule, file)] {
			if !each.covers(*f) {
				continue
			}
			each.matched = true
			if !each.hasEnded(s.today) && f.Suppression == nil {
				f.Suppression = &Suppression{Kind: each.Kind, Justification: each.Reason, Location: each.Location, Until: each.Until}
			}
		}
	}
	return f.Suppression != nil
}
