package terraform

import (
	"errors"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

// callFunction evaluates a function call. Functions that keep the structure of
// their arguments work on symbolic values; the others need known arguments.
func (m *module) callFunction(e *hclsyntax.FunctionCallExpr, s *scope, at source.Location) value.Value {
	switch e.Name {
	case "try":
		return m.try(e, s, at)
	case "can":
		return boolean(m.can(e, s), at)
	}
	var arguments []value.Value
	for i, argument := range e.Args {
		v := m.evaluate(argument, s)
		if e.ExpandFinal && i == len(e.Args)-1 {
			if v.Kind != value.List {
				return unknown(at, "%s", reason(v, "the arguments of "+e.Name+" are not known"))
			}
			arguments = append(arguments, v.Items()...)
			continue
		}
		arguments = append(arguments, v)
	}
	return m.apply(e.Name, arguments, at)
}

// try returns the first argument that can be evaluated. What is unknown may fail.
func (m *module) try(e *hclsyntax.FunctionCallExpr, s *scope, at source.Location) value.Value {
	for i, argument := range e.Args {
		v := m.evaluate(argument, s)
		if v.Kind != value.Unknown || i == len(e.Args)-1 {
			return v
		}
		if !fails(v) {
			return v
		}
	}
	return unknown(at, "try has no arguments")
}

// fails reports whether an expression certainly has an error, unlike one that is
// only not known.
func fails(v value.Value) bool {
	for _, text := range []string{"there is no ", "has no instance", "is not declared", "has no output", "has no attribute"} {
		if strings.Contains(v.Reason(), text) {
			return true
		}
	}
	return false
}

func (m *module) can(e *hclsyntax.FunctionCallExpr, s *scope) value.Condition {
	if len(e.Args) != 1 {
		return m.opaque(e)
	}
	v := m.evaluate(e.Args[0], s)
	switch {
	case v.Kind != value.Unknown:
		return value.True()
	case fails(v):
		return value.False()
	default:
		return m.opaque(e)
	}
}

// apply calls a function on evaluated arguments. Where an argument depends on a
// condition, so does the result.
func (m *module) apply(name string, arguments []value.Value, at source.Location) value.Value {
	if name == "jsonencode" && len(arguments) == 1 {
		return value.EncodeJSON(arguments[0], at)
	}
	if name == "concat" {
		arguments = openLists(arguments)
	}
	if why := value.Exceed(arguments...); why != "" {
		return textOf(unknown(at, "%s", why))
	}
	for i, argument := range arguments {
		if argument.Kind != value.Choice {
			continue
		}
		side := func(chosen *value.Value) value.Value {
			replaced := slices.Clone(arguments)
			replaced[i] = *chosen
			return m.apply(name, replaced, at)
		}
		return value.If(argument.Condition(), side(argument.Then()), side(argument.Else()), at)
	}
	if symbolic, ok := symbolicFunctions()[name]; ok {
		return symbolic(m, arguments, at)
	}
	return m.applyKnown(name, arguments, at)
}

// openLists turns lists that depend on conditions into lists whose items do, so
// that what does not depend on them stays one thing.
func openLists(lists []value.Value) []value.Value {
	opened := make([]value.Value, len(lists))
	for i, list := range lists {
		opened[i] = list
		if list.Kind != value.Choice {
			continue
		}
		if all, ok := elements(list); ok {
			items := make([]value.Value, len(all))
			for j, e := range all {
				items[j] = under(e.when, e.value)
			}
			opened[i] = value.ListOf(items, list.Location)
		}
	}
	return opened
}

// A symbolicFunction works on values that may hold references.
type symbolicFunction func(m *module, arguments []value.Value, at source.Location) value.Value

func symbolicFunctions() map[string]symbolicFunction {
	identity := func(_ *module, a []value.Value, at source.Location) value.Value { return first(a, at) }
	return map[string]symbolicFunction{
		"jsondecode": jsonDecode, "merge": merge, "concat": concat, "flatten": flatten, "compact": compact,
		"distinct": distinct, "toset": distinct, "tolist": identity, "tomap": identity, "tostring": toText,
		"sensitive": identity, "nonsensitive": identity, "ephemeralasnull": identity,
		"keys": keys, "values": valuesOf, "lookup": lookup, "element": elementOf, "length": length, "contains": contains,
		"coalesce": coalesce, "coalescelist": coalesceList, "one": one, "zipmap": zipMap, "reverse": reverse,
		"setunion": func(m *module, a []value.Value, at source.Location) value.Value {
			return distinct(m, []value.Value{concat(m, a, at)}, at)
		},
		"join": join, "format": format, "replace": replace, "split": split, "trimspace": trimSpace, "startswith": startsWith, "endswith": endsWith,
		"templatestring": templateString, "matchkeys": matchKeys, "sum": sum, "timecmp": compareTimes,
		"filebase64": ofFile("base64encode"), "filebase64sha256": ofFile("base64sha256"), "filebase64sha512": ofFile("base64sha512"),
		"filemd5": ofFile("md5"), "filesha1": ofFile("sha1"), "filesha256": ofFile("sha256"), "filesha512": ofFile("sha512"),
		"file": file, "templatefile": templateFile, "fileexists": fileExists, "fileset": fileSet,
		"alltrue": allTrue, "anytrue": anyTrue, "strcontains": stringContains,
		"provider::aws::arn_build": arnBuild, "provider::aws::arn_parse": arnParse,
	}
}

func first(a []value.Value, at source.Location) value.Value {
	if len(a) == 0 {
		return unknown(at, "a function has no arguments")
	}
	return a[0]
}

func second(a []value.Value, at source.Location) value.Value {
	if len(a) < 2 {
		return unknown(at, "a function has too few arguments")
	}
	return a[1]
}

func jsonDecode(_ *module, a []value.Value, at source.Location) value.Value {
	decoded, err := value.DecodeJSON(first(a, at))
	if err != nil {
		return unknown(at, "the text of jsondecode is %v", err)
	}
	return decoded
}

func merge(_ *module, a []value.Value, at source.Location) value.Value {
	var result []value.Member
	for _, each := range a {
		switch each.Kind {
		case value.Absent:
		case value.Map:
			result = append(result, each.Members()...)
		default:
			return unknown(at, "%s", reason(each, "an argument of merge is not known"))
		}
	}
	last := map[string]int{}
	for i, member := range result {
		last[member.Key] = i
	}
	kept := make([]value.Member, 0, len(last))
	for i, member := range result {
		if last[member.Key] == i {
			kept = append(kept, member)
		}
	}
	return value.MapOf(kept, at)
}

func concat(_ *module, a []value.Value, at source.Location) value.Value {
	var result []value.Value
	for _, each := range a {
		if each.Kind == value.List {
			result = append(result, each.Items()...)
			continue
		}
		// One list that is not known leaves the others as they are.
		result = append(result, unknown(each.Location, "%s", reason(each, "an argument of concat is not known")))
	}
	return value.ListOf(result, at)
}

func flatten(_ *module, a []value.Value, at source.Location) value.Value {
	list := first(a, at)
	if list.Kind != value.List {
		return unknown(at, "%s", reason(list, "the list of flatten is not known"))
	}
	var result []value.Value
	for _, item := range list.Items() {
		result = append(result, flattened(item, value.True())...)
	}
	return value.ListOf(result, at)
}

func flattened(item value.Value, when value.Condition) []value.Value {
	switch item.Kind {
	case value.List:
		var all []value.Value
		for _, inner := range item.Items() {
			all = append(all, flattened(inner, when)...)
		}
		return all
	case value.Choice:
		then := flattened(*item.Then(), value.And(when, item.Condition()))
		return append(then, flattened(*item.Else(), value.And(when, value.Not(item.Condition())))...)
	case value.Absent:
		return nil
	default:
		return []value.Value{under(when, item)}
	}
}

func compact(_ *module, a []value.Value, at source.Location) value.Value {
	list := first(a, at)
	if list.Kind != value.List {
		return unknown(at, "%s", reason(list, "the list of compact is not known"))
	}
	var result []value.Value
	for _, item := range list.Items() {
		if text, literal := item.Literal(); item.IsAbsent() || literal && text == "" {
			continue
		}
		result = append(result, item)
	}
	return value.ListOf(result, at)
}

func distinct(_ *module, a []value.Value, at source.Location) value.Value {
	list := first(a, at)
	if list.Kind != value.List {
		return list
	}
	var result []value.Value
	seen := map[string]bool{}
	for _, item := range list.Items() {
		if text, literal := item.Literal(); literal {
			if seen[text] {
				continue
			}
			seen[text] = true
		}
		result = append(result, item)
	}
	return value.ListOf(result, list.Location)
}

func toText(_ *module, a []value.Value, at source.Location) value.Value {
	v := first(a, at)
	if text, literal := v.Literal(); literal && v.Kind != value.String {
		return value.Text(text, v.Location)
	}
	return v
}

func keys(_ *module, a []value.Value, at source.Location) value.Value {
	object := first(a, at)
	if object.Kind != value.Map {
		return unknown(at, "%s", reason(object, "the map of keys is not known"))
	}
	names := make([]string, 0, len(object.Members()))
	for _, member := range object.Members() {
		names = append(names, member.Key)
	}
	slices.Sort(names)
	var result []value.Value
	for _, name := range names {
		result = append(result, value.Text(name, at))
	}
	return value.ListOf(result, at)
}

func valuesOf(m *module, a []value.Value, at source.Location) value.Value {
	names := keys(m, a, at)
	if names.Kind != value.List {
		return names
	}
	byName := map[string]value.Value{}
	for _, member := range a[0].Members() {
		byName[member.Key] = member.Value
	}
	var result []value.Value
	for _, name := range names.Items() {
		text, _ := name.Literal()
		result = append(result, byName[text])
	}
	return value.ListOf(result, at)
}

func lookup(m *module, a []value.Value, at source.Location) value.Value {
	object, key := first(a, at), second(a, at)
	text, literal := key.Literal()
	if object.Kind != value.Map || !literal {
		return m.index(object, key, at)
	}
	if inner, ok := object.Get(text); ok {
		return inner
	}
	if len(a) > 2 {
		return a[2]
	}
	return unknown(at, "there is no element %q", text)
}

func elementOf(m *module, a []value.Value, at source.Location) value.Value {
	list, key := first(a, at), second(a, at)
	converted, ok := toCty(key)
	if list.Kind != value.List || !ok || len(list.Items()) == 0 || !converted.Type().Equals(cty.Number) {
		return m.index(list, key, at)
	}
	position, _ := converted.AsBigFloat().Int64()
	count := int64(len(list.Items()))
	return firstPresent(list.Items(), int(((position%count)+count)%count), at)
}

func length(_ *module, a []value.Value, at source.Location) value.Value {
	v := first(a, at)
	switch v.Kind {
	case value.List:
		return countPresent(v.Items(), at)
	case value.Map:
		items := make([]value.Value, len(v.Members()))
		for i, member := range v.Members() {
			items[i] = member.Value
		}
		return countPresent(items, at)
	case value.String:
		if text, literal := v.Literal(); literal {
			return number(len([]rune(text)), at)
		}
	}
	return unknown(at, "%s", reason(v, "the argument of length is not known"))
}

// countPresent counts the items that are there. Each that is there under a
// condition makes the number a choice.
func countPresent(items []value.Value, at source.Location) value.Value {
	if maybe := slices.DeleteFunc(slices.Clone(items), func(item value.Value) bool { return item.Kind != value.Choice }); value.Exceed(maybe...) != "" {
		return unknown(at, value.TooManyAlternatives)
	}
	for i, item := range items {
		if item.Kind == value.Choice && (item.Then().IsAbsent() || item.Else().IsAbsent()) {
			with := slices.Clone(items)
			with[i] = value.Boolean(true, at)
			without := slices.Delete(slices.Clone(items), i, i+1)
			there := item.Condition()
			if item.Then().IsAbsent() {
				there = value.Not(there)
			}
			return value.If(there, countPresent(with, at), countPresent(without, at), at)
		}
	}
	return number(len(items), at)
}

func contains(m *module, a []value.Value, at source.Location) value.Value {
	list, wanted := first(a, at), second(a, at)
	text, literal := wanted.Literal()
	if list.Kind != value.List {
		return unknown(at, "%s", reason(list, "the list of contains is not known"))
	}
	reference, isReference := wanted.SoleReference()
	condition := value.False()
	for _, item := range list.Items() {
		known, ok := item.Literal()
		switch {
		case ok && literal && known == text:
			return value.Boolean(true, at)
		case ok && literal:
		case ok && isReference:
			condition = value.Or(condition, m.builder.Variables().Equals(reference.Node+"."+string(reference.Attribute), wanted.Parts()[0].Text, known, nil))
		default:
			return unknown(at, "%s", reason(item, "whether a list contains a value is not known"))
		}
	}
	return boolean(condition, at)
}

func coalesce(_ *module, a []value.Value, at source.Location) value.Value {
	for _, each := range a {
		if text, literal := each.Literal(); each.IsAbsent() || literal && text == "" && each.Kind == value.String {
			continue
		}
		return each
	}
	return unknown(at, "all arguments of coalesce are null")
}

func coalesceList(_ *module, a []value.Value, at source.Location) value.Value {
	for _, each := range a {
		if each.Kind != value.List || len(each.Items()) > 0 {
			return each
		}
	}
	return unknown(at, "all arguments of coalescelist are empty")
}

// one is null for an empty list.
func one(_ *module, a []value.Value, at source.Location) value.Value {
	list := first(a, at)
	if list.Kind != value.List {
		return list
	}
	if len(list.Items()) == 0 {
		return value.Nothing(at)
	}
	return firstPresent(list.Items(), 0, at)
}

func zipMap(_ *module, a []value.Value, at source.Location) value.Value {
	names, inner := first(a, at), second(a, at)
	if names.Kind != value.List || inner.Kind != value.List || len(names.Items()) != len(inner.Items()) {
		return unknown(at, "%s", reason(names, "the lists of zipmap are not known"))
	}
	var result []value.Member
	for i, name := range names.Items() {
		text, literal := name.Literal()
		if !literal {
			return unknown(at, "%s", reason(name, "a key of zipmap is not known"))
		}
		result = append(result, value.Member{Key: text, KeyLocation: at, Value: inner.Items()[i]})
	}
	return value.MapOf(result, at)
}

func reverse(_ *module, a []value.Value, at source.Location) value.Value {
	list := first(a, at)
	if list.Kind == value.List {
		items := slices.Clone(list.Items())
		slices.Reverse(items)
		list = value.ListOf(items, list.Location)
	}
	return list
}

func join(_ *module, a []value.Value, at source.Location) value.Value {
	delimiter := first(a, at)
	var pieces []value.Value
	for _, list := range a[min(1, len(a)):] {
		if list.Kind != value.List {
			return textOf(unknown(at, "%s", reason(list, "the list of join is not known")))
		}
		for _, item := range list.Items() {
			if len(pieces) > 0 {
				pieces = append(pieces, delimiter)
			}
			pieces = append(pieces, item)
		}
	}
	return value.Concat(at, pieces...)
}

// textOf makes an unknown text of an unknown value.
func textOf(v value.Value) value.Value { return value.Concat(v.Location, v) }

// format understands the verbs that carry text along.
func format(m *module, a []value.Value, at source.Location) value.Value {
	pattern, literal := first(a, at).Literal()
	if !literal {
		return textOf(unknown(at, "%s", reason(first(a, at), "the format is not known")))
	}
	var pieces []value.Value
	next := 1
	for pattern != "" {
		before, after, found := strings.Cut(pattern, "%")
		pieces = append(pieces, value.Text(before, a[0].Location))
		if !found {
			break
		}
		switch {
		case strings.HasPrefix(after, "%"):
			pieces = append(pieces, value.Text("%", a[0].Location))
		case (strings.HasPrefix(after, "s") || strings.HasPrefix(after, "v") || strings.HasPrefix(after, "d")) && next < len(a):
			pieces = append(pieces, a[next])
			next++
		default:
			return m.applyKnown("format", a, at)
		}
		pattern = after[1:]
	}
	return value.Concat(at, pieces...)
}

// replace changes the literal parts; a reference is taken not to hold what is
// replaced where that is not made of letters and digits only.
func replace(m *module, a []value.Value, at source.Location) value.Value {
	if len(a) != 3 {
		return unknown(at, "replace needs three arguments")
	}
	old, oldKnown := a[1].Literal()
	replacement, newKnown := a[2].Literal()
	if _, literal := a[0].Literal(); literal || !oldKnown || !newKnown || a[0].Kind != value.String || strings.HasPrefix(old, "/") && strings.HasSuffix(old, "/") && len(old) > 1 {
		return m.applyKnown("replace", a, at)
	}
	if strings.ContainsAny(old, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-./:") {
		return textOf(unknown(at, "what replace makes of %s is not known before it is deployed", a[0]))
	}
	if (1+a[0].Size(value.MaxSize))*(1+len(replacement)) > maxText {
		return textOf(unknown(at, value.TooLarge))
	}
	parts := slices.Clone(a[0].Parts())
	for i, part := range parts {
		if part.Kind == value.Literal {
			parts[i].Text = strings.ReplaceAll(part.Text, old, replacement)
		}
	}
	return value.StringOf(parts, a[0].Location)
}

// split divides literal parts; ids hold no delimiters.
func split(m *module, a []value.Value, at source.Location) value.Value {
	delimiter, known := first(a, at).Literal()
	text := second(a, at)
	if _, literal := text.Literal(); literal || !known || text.Kind != value.String {
		return m.applyKnown("split", a, at)
	}
	var list []value.Value
	var current []value.Part
	for _, part := range text.Parts() {
		if part.Kind == value.ReferenceTo && (part.Reference.Attribute == value.ID || part.Reference.Attribute == value.Account) && strings.Trim(delimiter, ":/,") == "" {
			current = append(current, part)
			continue
		}
		if part.Kind != value.Literal {
			return unknown(at, "what split makes of %s is not known before it is deployed", text)
		}
		for i, piece := range strings.Split(part.Text, delimiter) {
			if i > 0 {
				list = append(list, value.StringOf(current, at))
				current = nil
			}
			if piece != "" {
				current = append(current, value.Part{Kind: value.Literal, Text: piece, Location: part.Location})
			}
		}
	}
	list = append(list, value.StringOf(current, at))
	return value.ListOf(list, at)
}

// trimSpace drops blanks of literal text; what AWS makes has none around it.
func trimSpace(_ *module, a []value.Value, at source.Location) value.Value {
	v := first(a, at)
	if text, literal := v.Literal(); literal {
		return value.Text(strings.TrimSpace(text), v.Location)
	}
	return v
}

func startsWith(m *module, a []value.Value, at source.Location) value.Value {
	return compareEnds(m, "startswith", a, at, strings.HasPrefix)
}

func endsWith(m *module, a []value.Value, at source.Location) value.Value {
	return compareEnds(m, "endswith", a, at, strings.HasSuffix)
}

func compareEnds(_ *module, name string, a []value.Value, at source.Location, holds func(text, end string) bool) value.Value {
	text, known := first(a, at).Literal()
	end, also := second(a, at).Literal()
	if !known || !also {
		return unknown(at, "%s", reason(first(a, at), "an argument of "+name+" is not known"))
	}
	return value.Boolean(holds(text, end), at)
}

// repositoryFile reads a file that an expression names.
func (m *module) repositoryFile(v value.Value, at source.Location) (*source.File, value.Value) {
	name, literal := v.Literal()
	if !literal {
		return nil, unknown(at, "%s", reason(v, "the name of a file is not known"))
	}
	name = m.inRepository(name)
	opened, err := m.parser.tree.ReadFile(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, unknown(at, "the file %s does not exist", name)
	case err != nil:
		return nil, unknown(at, "the file %s cannot be read", name)
	}
	m.loader.files[opened.Path] = opened
	m.builder.AddFile(opened)
	return opened, value.Value{}
}

// inRepository makes a path that an expression names relative to the repository.
// Terraform's working directory is the root module.
func (m *module) inRepository(name string) string {
	return path.Join(m.rootFolder(), name)
}

func (m *module) rootFolder() string { return strings.TrimPrefix(m.unit, "terraform:") }

// pathOf evaluates path.module, path.root and path.cwd, relative to the root
// module as Terraform gives the first two.
func (m *module) pathOf(name string) string {
	if name != "module" {
		return "."
	}
	relative, err := filepath.Rel(m.rootFolder(), m.folder)
	if err != nil {
		return m.folder
	}
	return filepath.ToSlash(relative)
}

func file(m *module, a []value.Value, at source.Location) value.Value {
	opened, failure := m.repositoryFile(first(a, at), at)
	if opened == nil {
		return failure
	}
	if opened.Lines()+len(opened.Bytes)/64 > value.MaxSize {
		return unknown(at, "the file %s is larger than what is evaluated", opened.Path)
	}
	var result []value.Part
	offset := 0
	for line := range strings.Lines(string(opened.Bytes)) {
		result = append(result, value.Part{Kind: value.Literal, Text: line, Location: opened.Location(offset, offset+len(line))})
		offset += len(line)
	}
	return value.StringOf(result, opened.Location(0, len(opened.Bytes)))
}

// templateFile evaluates a template with its own variables.
func templateFile(m *module, a []value.Value, at source.Location) value.Value {
	opened, failure := m.repositoryFile(first(a, at), at)
	if opened == nil {
		return failure
	}
	expression, problems := parseTemplate(opened.Bytes, opened.Path, hcl.InitialPos)
	if problems.HasErrors() {
		return unknown(at, "the template %s is not valid", opened.Path)
	}
	m.spend(dear + len(opened.Bytes)/8)
	inner := &scope{module: m}
	if len(a) > 1 {
		inner = inner.withAll(a[1].Members()...)
	}
	return m.evaluate(expression, inner)
}

// templateString evaluates a text as a template with its own variables.
func templateString(m *module, a []value.Value, at source.Location) value.Value {
	text, literal := first(a, at).Literal()
	if !literal || len(a) != 2 {
		return textOf(unknown(at, "%s", reason(first(a, at), "the template is not known")))
	}
	expression, problems := parseTemplate([]byte(text), at.File, hcl.Pos{Line: int(at.Line), Column: int(at.Column)})
	if problems.HasErrors() {
		return textOf(unknown(at, "the template is not valid"))
	}
	m.spend(dear + len(text)/8)
	inner := (&scope{module: m}).withAll(a[1].Members()...)
	return movedTo(at, m.evaluate(expression, inner))
}

// movedTo places a text where it is evaluated, since it was put together there.
func movedTo(at source.Location, v value.Value) value.Value {
	switch v.Kind {
	case value.Choice:
		return value.If(v.Condition(), movedTo(at, *v.Then()), movedTo(at, *v.Else()), at)
	case value.String:
		parts := slices.Clone(v.Parts())
		for i := range parts {
			parts[i].Location = at
		}
		return value.StringOf(parts, at)
	}
	v.Location = at
	return v
}

// ofFile applies a function of texts to the content of a file.
func ofFile(name string) symbolicFunction {
	return func(m *module, a []value.Value, at source.Location) value.Value {
		content := file(m, a, at)
		if content.Kind != value.String {
			return textOf(content)
		}
		return m.applyKnown(name, []value.Value{content}, at)
	}
}

// matchKeys keeps the values whose key is searched for.
func matchKeys(_ *module, a []value.Value, at source.Location) value.Value {
	if len(a) != 3 || a[0].Kind != value.List || a[1].Kind != value.List || a[2].Kind != value.List || len(a[0].Items()) != len(a[1].Items()) {
		return unknown(at, "the lists of matchkeys are not known")
	}
	var result []value.Value
	for i, key := range a[1].Items() {
		text, literal := key.Literal()
		if !literal {
			return unknown(at, "%s", reason(key, "a key of matchkeys is not known"))
		}
		for _, wanted := range a[2].Items() {
			if known, ok := wanted.Literal(); ok && known == text {
				result = append(result, a[0].Items()[i])
				break
			}
		}
	}
	return value.ListOf(result, at)
}

// sum adds numbers.
func sum(m *module, a []value.Value, at source.Location) value.Value {
	list := first(a, at)
	if list.Kind != value.List || len(list.Items()) == 0 {
		return unknown(at, "%s", reason(list, "the list of sum is not known"))
	}
	total := cty.Zero
	for _, item := range list.Items() {
		known, ok := toCty(item)
		if !ok || known.IsNull() || !known.Type().Equals(cty.Number) {
			return unknown(at, "%s", reason(item, "a number of sum is not known"))
		}
		total = total.Add(known)
	}
	return fromCty(total, at)
}

// compareTimes compares timestamps: -1, 0 or 1.
func compareTimes(_ *module, a []value.Value, at source.Location) value.Value {
	texts := [2]string{}
	for i := range texts {
		if i >= len(a) {
			return unknown(at, "timecmp needs two timestamps")
		}
		text, literal := a[i].Literal()
		if !literal {
			return unknown(at, "%s", reason(a[i], "a timestamp is not known"))
		}
		texts[i] = text
	}
	earlier, err := time.Parse(time.RFC3339, texts[0])
	later, alsoErr := time.Parse(time.RFC3339, texts[1])
	if err != nil || alsoErr != nil {
		return unknown(at, "timecmp needs two timestamps")
	}
	return number(earlier.Compare(later), at)
}

// fileExists asks the repository; what is outside of it is not known.
func fileExists(m *module, a []value.Value, at source.Location) value.Value {
	opened, failure := m.repositoryFile(first(a, at), at)
	if opened != nil {
		return value.Boolean(true, at)
	}
	if _, literal := first(a, at).Literal(); literal {
		return value.Boolean(false, at)
	}
	return failure
}

// fileSet lists the files of a folder of the repository that match a pattern.
func fileSet(m *module, a []value.Value, at source.Location) value.Value {
	folder, known := first(a, at).Literal()
	pattern, also := second(a, at).Literal()
	if !known || !also {
		return unknown(at, "%s", reason(first(a, at), "the folder of fileset is not known"))
	}
	var list []value.Value
	if strings.Count(pattern, "**") > maxDoubleStars {
		return unknown(at, "the pattern of fileset has more than %d times **", maxDoubleStars)
	}
	for _, name := range m.filesIn(m.inRepository(folder)) {
		if m.spend(1) {
			return m.exhausted(at)
		}
		if matched, err := doublestar.Match(pattern, name); err == nil && matched {
			list = append(list, value.Text(name, at))
		}
	}
	return value.ListOf(list, at)
}

// maxDoubleStars bounds a pattern: each ** tries all folders below.
const maxDoubleStars = 4

// filesIn lists the files below a folder once.
func (m *module) filesIn(folder string) []string {
	files, known := m.listed[folder]
	if !known {
		files = m.filesBelow(folder, "")
		if m.loader.listed == nil {
			m.loader.listed = map[string][]string{}
		}
		m.loader.listed[folder] = files
	}
	return files
}

// filesBelow lists the files below a folder by their paths relative to it. What
// is no folder is a file.
func (m *module) filesBelow(folder, prefix string) []string {
	names, err := m.parser.tree.ReadDir(path.Join(folder, prefix))
	if err != nil {
		return nil
	}
	var files []string
	for _, name := range names {
		if m.spend(1) {
			return files
		}
		inner := path.Join(prefix, name)
		if _, err := m.parser.tree.ReadDir(path.Join(folder, inner)); err == nil {
			files = append(files, m.filesBelow(folder, inner)...)
			continue
		}
		files = append(files, inner)
	}
	return files
}

func allTrue(m *module, a []value.Value, at source.Location) value.Value {
	return combineTruths(m, first(a, at), at, value.True(), func(x, y value.Condition) value.Condition { return value.And(x, y) })
}

func anyTrue(m *module, a []value.Value, at source.Location) value.Value {
	return combineTruths(m, first(a, at), at, value.False(), func(x, y value.Condition) value.Condition { return value.Or(x, y) })
}

func combineTruths(_ *module, list value.Value, at source.Location, start value.Condition, combine func(x, y value.Condition) value.Condition) value.Value {
	if list.Kind != value.List {
		return unknown(at, "%s", reason(list, "a list of conditions is not known"))
	}
	for _, item := range list.Items() {
		condition, ok := conditionOf(item)
		if !ok {
			return unknown(at, "%s", reason(item, "a condition is not known"))
		}
		start = combine(start, condition)
	}
	return boolean(start, at)
}

// conditionOf turns a boolean back into the condition that it is true.
func conditionOf(v value.Value) (value.Condition, bool) {
	switch v.Kind {
	case value.Bool:
		if v.Bool {
			return value.True(), true
		}
		return value.False(), true
	case value.Choice:
		then, ok := conditionOf(*v.Then())
		otherwise, also := conditionOf(*v.Else())
		return either(v.Condition(), then, otherwise), ok && also
	default:
		return value.Condition{}, false
	}
}

func stringContains(m *module, a []value.Value, at source.Location) value.Value {
	return compareEnds(m, "strcontains", a, at, strings.Contains)
}

// arnBuild and arnParse are functions of the AWS provider.
func arnBuild(_ *module, a []value.Value, at source.Location) value.Value {
	pieces := []value.Value{value.Text("arn", at)}
	for _, piece := range a {
		pieces = append(pieces, value.Text(":", at), piece)
	}
	return value.Concat(at, pieces...)
}

func arnParse(m *module, a []value.Value, at source.Location) value.Value {
	parts := split(m, []value.Value{value.Text(":", at), first(a, at)}, at)
	if parts.Kind != value.List || len(parts.Items()) < 6 {
		return unknown(at, "%s", reason(parts, "what arn_parse makes of "+first(a, at).String()+" is not known before it is deployed"))
	}
	resource := []value.Value{parts.Items()[5]}
	for _, piece := range parts.Items()[6:] {
		resource = append(resource, value.Text(":", at), piece)
	}
	var object []value.Member
	for i, name := range []string{"partition", "service", "region", "account_id"} {
		object = append(object, value.Member{Key: name, KeyLocation: at, Value: parts.Items()[i+1]})
	}
	object = append(object, value.Member{Key: "resource", KeyLocation: at, Value: value.Concat(at, resource...)})
	return value.MapOf(object, at)
}
