package cloudformation

import (
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

// An intrinsic evaluates the argument of an intrinsic function.
type intrinsic func(t *template, argument *source.Node, at source.Location) value.Value

// intrinsics returns the functions by their full names. It is a function so that
// nothing is built before it is needed.
func intrinsics(name string) (intrinsic, bool) {
	switch name {
	case "Ref":
		return (*template).reference, true
	case "Fn::GetAtt":
		return (*template).getAttribute, true
	case "Fn::Sub":
		return (*template).substitute, true
	case "Fn::Join":
		return (*template).join, true
	case "Fn::Select":
		return (*template).choose, true
	case "Fn::Split":
		return (*template).split, true
	case "Fn::If":
		return (*template).conditional, true
	case "Fn::FindInMap":
		return (*template).findInMap, true
	case "Fn::ToJsonString":
		return func(t *template, argument *source.Node, at source.Location) value.Value {
			return value.EncodeJSON(t.evaluate(argument), at)
		}, true
	case "Fn::Length":
		return (*template).length, true
	case "Fn::ImportValue":
		return (*template).importValue, true
	case "Fn::Base64":
		return (*template).base64, true
	case "Fn::GetStackOutput":
		return func(_ *template, _ *source.Node, at source.Location) value.Value {
			return unknownText(name+" is evaluated at deployment", at)
		}, true
	case "Fn::Cidr", "Fn::GetAZs":
		return func(_ *template, _ *source.Node, at source.Location) value.Value {
			return value.NotKnown(name+" is evaluated at deployment", at)
		}, true
	case transform:
		return func(_ *template, argument *source.Node, at source.Location) value.Value {
			macro := "a macro"
			if named := argument.Get("Name"); named != nil {
				macro = "the macro " + named.Text
			}
			return value.NotKnown(macro+" is evaluated at deployment", at)
		}, true
	case "Fn::Equals", "Fn::And", "Fn::Or", "Fn::Not", "Condition":
		return func(t *template, argument *source.Node, at source.Location) value.Value {
			condition := t.condition(&source.Node{Kind: source.MappingNode, Location: at, Members: []source.Member{{Key: &source.Node{Text: name}, Value: argument}}})
			return value.If(condition, value.Boolean(true, at), value.Boolean(false, at), at)
		}, true
	}
	return nil, false
}

// unknownText is a String that is wholly unknown.
func unknownText(reason string, at source.Location) value.Value {
	return value.StringOf([]value.Part{{Kind: value.UnknownText, Text: reason, Location: at}}, at)
}

// call recognises an intrinsic function in its long form, a mapping of one
// member, and in its short form, a tag.
func call(node *source.Node) (name string, argument *source.Node, ok bool) {
	if node.Tag != "" {
		name := strings.TrimPrefix(node.Tag, "!")
		if name != "Ref" && name != "Condition" {
			name = "Fn::" + name
		}
		bare := *node
		bare.Tag = ""
		return name, &bare, true
	}
	if node.Kind == source.MappingNode && len(node.Members) == 1 {
		name := node.Members[0].Key.Text
		if _, known := intrinsics(name); known && name != "Condition" {
			return name, node.Members[0].Value, true
		}
	}
	return "", nil, false
}

// evaluate returns the symbolic value of a node.
func (t *template) evaluate(node *source.Node) value.Value {
	if node == nil {
		return value.Nothing(source.Location{})
	}
	if name, argument, ok := call(node); ok {
		evaluate, known := intrinsics(name)
		if !known {
			return unknownText("the function "+name+" is not known", node.Location)
		}
		v := evaluate(t, argument, node.Location)
		if v.Size(value.MaxSize) > value.MaxSize {
			return unknownText(value.TooLarge, node.Location)
		}
		return v
	}
	switch node.Kind {
	case source.SequenceNode:
		list := make([]value.Value, 0, len(node.Items))
		for _, item := range node.Items {
			if v := t.evaluate(item); !v.IsAbsent() {
				list = append(list, v)
			}
		}
		return value.ListOf(list, node.Location)
	case source.MappingNode:
		object := make([]value.Member, 0, len(node.Members))
		for _, member := range node.Members {
			if v := t.evaluate(member.Value); !v.IsAbsent() {
				object = append(object, value.Member{Key: member.Key.Text, KeyLocation: member.Key.Location, Value: v})
			}
		}
		return value.MapOf(object, node.Location)
	case source.StringNode:
		return t.text(node)
	default:
		return value.FromNode(node)
	}
}

// base64 evaluates Fn::Base64.
func (t *template) base64(argument *source.Node, at source.Location) value.Value {
	return value.OverChoices(t.evaluate(argument), func(v value.Value) value.Value {
		text, literal := v.Literal()
		if !literal {
			return unknownText(reason(v, "Fn::Base64 is evaluated at deployment"), at)
		}
		return value.Text(base64.StdEncoding.EncodeToString([]byte(text)), at)
	})
}

// The delimiters of a dynamic reference, which is resolved at deployment.
const (
	dynamicStart = "{{resolve:"
	dynamicEnd   = "}}"
)

// text returns a string.
func (t *template) text(node *source.Node) value.Value {
	if isLiteral(node) {
		return value.Text(node.Text, node.Location)
	}
	var parts []value.Part
	for offset := 0; offset < len(node.Text); {
		start, end := dynamicReference(node.Text, offset)
		plain := t.plainText(node, offset, start)
		if offset == 0 && end == len(node.Text) && start == end {
			return value.StringOf(plain, node.Location)
		}
		parts = append(parts, plain...)
		if start < end {
			parts = append(parts, dynamicPart(node, start, end))
		}
		offset = end
	}
	return value.StringOf(parts, node.Location)
}

// isLiteral reports whether a text stands for itself and is written without quotes and
// breaks, as most are.
func isLiteral(node *source.Node) bool {
	length := len(node.Text)
	return length > 0 && node.Break(0) == length && node.Place(0, length) == node.Location &&
		!strings.Contains(node.Text, "${") && !strings.Contains(node.Text, dynamicStart)
}

// plainText returns a range of a text in which nothing is replaced. A variable of
// the template in it is meant for Fn::Sub, which is missing, or is replaced before
// the template is deployed.
func (t *template) plainText(node *source.Node, start, end int) []value.Part {
	var parts []value.Part
	base := start
	for _, found := range variables(node.Text[start:end]) {
		logical, _, _ := strings.Cut(found.name, ".")
		_, isParameter := t.parameters[logical]
		if _, isResource := t.byName[logical]; !isParameter && !isResource && !strings.HasPrefix(logical, "AWS::") {
			continue
		}
		from, to := base+found.start, base+found.end
		parts = append(parts, literals(node, start, from)...)
		parts = append(parts, value.Part{
			Kind: value.UnknownText, Text: "${" + found.name + "} is written outside of Fn::Sub, which alone replaces it", Location: node.Place(from, to),
		})
		start = to
	}
	rest := literals(node, start, end)
	if len(parts) == 0 {
		return rest
	}
	return append(parts, rest...)
}

// dynamicReference finds the next dynamic reference of a text. Where there is
// none, start and end are the end of the text. One that is not closed goes on in
// another text that is joined to this one.
func dynamicReference(text string, offset int) (start, end int) {
	start = strings.Index(text[offset:], dynamicStart)
	if start < 0 {
		return len(text), len(text)
	}
	start += offset
	length := strings.Index(text[start:], dynamicEnd)
	if length < 0 {
		return start, len(text)
	}
	return start, start + length + len(dynamicEnd)
}

func dynamicPart(node *source.Node, start, end int) value.Part {
	return value.Part{Kind: value.UnknownText, Text: node.Text[start:end] + " is read at deployment", Location: node.Place(start, end)}
}

// literals returns a range of a scalar's text, with a part for each piece that
// is written without a break: positions in a policy that is written as a string
// rest on it.
func literals(node *source.Node, start, end int) []value.Part {
	parts := make([]value.Part, 0, 1)
	for start < end {
		next := min(node.Break(start), end)
		parts = append(parts, value.Part{Kind: value.Literal, Text: node.Text[start:next], Location: node.Place(start, next)})
		start = next
	}
	return parts
}

// reference evaluates Ref.
func (t *template) reference(argument *source.Node, at source.Location) value.Value {
	name, literal := t.name(argument)
	if !literal {
		return unknownText("the name that Ref refers to is not known", at)
	}
	return t.refer(name, at)
}

// name returns the name of a parameter or resource. The AWS::LanguageExtensions
// transform lets functions make it.
func (t *template) name(argument *source.Node) (name string, literal bool) {
	if argument.Kind == source.StringNode && argument.Tag == "" {
		return argument.Text, true
	}
	return t.evaluate(argument).Literal()
}

func (t *template) refer(name string, at source.Location) value.Value {
	environment := func(attribute value.Attribute) value.Value {
		return value.To(value.Reference{Node: t.unit, Attribute: attribute}, name, at)
	}
	switch name {
	case "AWS::NoValue":
		return value.Nothing(at)
	case "AWS::AccountId":
		return environment(value.Account)
	case "AWS::Region":
		return environment(value.Region)
	case "AWS::Partition":
		return environment(value.Partition)
	case "AWS::URLSuffix":
		if strings.HasPrefix(t.options.Region, "cn-") || t.options.Partition == "aws-cn" {
			return value.Text("amazonaws.com.cn", at)
		}
		return value.Text("amazonaws.com", at)
	case "AWS::StackName", "AWS::StackId":
		if name == "AWS::StackName" && t.options.StackName != "" && t.parent == nil {
			return value.Text(t.options.StackName, at)
		}
		return value.To(value.Reference{Node: strings.TrimSuffix(t.id(""), "#"), Attribute: value.Attribute(name)}, t.prefix+name, at)
	case "AWS::NotificationARNs":
		return value.NotKnown("AWS::NotificationARNs is known at deployment", at)
	}
	if parameter, ok := t.parameters[name]; ok {
		return t.parameter(name, parameter, at)
	}
	resource, ok := t.byName[name]
	if logical, part, dotted := strings.Cut(name, "."); !ok && dotted {
		// The SAM names what it makes of a resource so: "Function.Version".
		if made, known := t.byName[logical]; known && strings.HasPrefix(resourceType(made), "AWS::Serverless::") {
			return t.to(logical, made, value.Attribute(part), name, at)
		}
	}
	if !ok {
		return t.undefined(fmt.Sprintf("%s is neither a parameter nor a resource of the template", name), at)
	}
	return t.to(name, resource, refAttribute(resourceType(resource)), name, at)
}

// to refers to an attribute of a resource.
func (t *template) to(logical string, resource *source.Node, attribute value.Attribute, written string, at source.Location) value.Value {
	id := t.id(logical)
	t.types[id] = resourceType(resource)
	return value.To(value.Reference{Node: id, Attribute: attribute}, t.prefix+written, at)
}

// undefined is the value of a name that the template does not define, as far as
// it is read.
func (t *template) undefined(why string, at source.Location) value.Value {
	if t.incomplete != "" {
		why += ", and " + t.incomplete
	}
	return unknownText(why, at)
}

// parameter returns a parameter's value, or a reference to it.
func (t *template) parameter(name string, parameter *source.Node, at source.Location) value.Value {
	kind := ""
	if node := parameter.Get("Type"); node != nil {
		kind = node.Text
	}
	isList := strings.HasPrefix(kind, "List<") || kind == "CommaDelimitedList" || strings.Contains(kind, "<List<")
	if given, ok := t.given[name]; ok && !t.isStored(name) {
		maps.Copy(t.defaults, given.defaults)
		if isList && given.value.Kind != value.List {
			return splitText(given.value, ",", at)
		}
		return given.value
	}
	text, known := t.parameterValue(name)
	switch {
	case known && isList:
		var list []value.Value
		for _, item := range strings.Split(text, ",") {
			list = append(list, value.Text(strings.TrimSpace(item), at))
		}
		return value.ListOf(list, at)
	case known:
		place := at
		if fallback := parameter.Get("Default"); fallback != nil && fallback.Text == text {
			place = fallback.Location
		}
		return value.Text(text, place)
	case isList:
		return value.NotKnown(t.withoutValue(name), at)
	default:
		return value.To(value.Reference{Node: t.id(name), Attribute: value.ID}, name, at)
	}
}

// getAttribute evaluates Fn::GetAtt in both of its forms.
func (t *template) getAttribute(argument *source.Node, at source.Location) value.Value {
	written := argument.Text
	logical, attribute, ok := strings.Cut(written, ".")
	if argument.Kind == source.SequenceNode && argument.Tag == "" && len(argument.Items) == 2 {
		if logical, ok = t.name(argument.Items[0]); !ok {
			return unknownText("the resource of Fn::GetAtt is not known", at)
		}
		name := t.evaluate(argument.Items[1])
		text, literal := name.Literal()
		if !literal {
			return unknownText("the attribute of "+logical+" is not known", at)
		}
		attribute, written = text, logical+"."+text
	}
	if !ok {
		return unknownText("Fn::GetAtt needs a resource and an attribute", at)
	}
	return t.attribute(logical, attribute, written, at)
}

// attribute evaluates an attribute of a resource, written as one text.
func (t *template) attribute(logical, name, written string, at source.Location) value.Value {
	resource, ok := t.byName[logical]
	if !ok {
		return t.undefined(fmt.Sprintf("%s is not a resource of the template", logical), at)
	}
	if output, ok := strings.CutPrefix(name, "Outputs."); ok && isStack(resourceType(resource)) {
		if nested, _ := t.nestedTemplate(logical); nested != nil {
			return nested.output(output, at)
		}
	}
	attribute, ok := getAttAttribute(resourceType(resource), name)
	if !ok {
		return unknownText(fmt.Sprintf("%s.%s is asked for, but %s has no attribute %s", logical, name, resourceType(resource), name), at)
	}
	return t.to(logical, resource, attribute, written, at)
}

// join evaluates Fn::Join.
func (t *template) join(argument *source.Node, at source.Location) value.Value {
	if len(argument.Items) != 2 {
		return unknownText("Fn::Join needs a delimiter and a list", at)
	}
	delimiter := t.evaluate(argument.Items[0])
	list := t.evaluate(argument.Items[1])
	if why := value.Exceed(delimiter, list); why != "" {
		return unknownText(why, at)
	}
	return value.OverChoices(list, func(list value.Value) value.Value {
		if list.Kind != value.List {
			return unknownText(reason(list, "the list of Fn::Join is not known"), at)
		}
		splits := maxSplits
		return joinItems(delimiter, list.Items(), at, &splits)
	})
}

// maxSplits bounds how many conditions one Fn::Join tells apart.
const maxSplits = 100

// joinItems joins items. One that is left out under a condition takes its
// delimiter with it.
func joinItems(delimiter value.Value, items []value.Value, at source.Location, splits *int) value.Value {
	for i, item := range items {
		if item.Kind != value.Choice || !item.Then().IsAbsent() && !item.Else().IsAbsent() {
			continue
		}
		if *splits--; *splits < 0 {
			return unknownText("too many conditions decide about the text of Fn::Join", at)
		}
		side := func(chosen value.Value) value.Value {
			replaced := slices.Clone(items)
			replaced[i] = chosen
			return joinItems(delimiter, replaced, at, splits)
		}
		return value.If(item.Condition(), side(*item.Then()), side(*item.Else()), at)
	}
	var pieces []value.Value
	for _, item := range items {
		if item.IsAbsent() {
			continue
		}
		if len(pieces) > 0 {
			pieces = append(pieces, delimiter)
		}
		pieces = append(pieces, item)
	}
	return value.Concat(at, pieces...)
}

func reason(v value.Value, otherwise string) string {
	if reasons := v.Reasons(); len(reasons) > 0 && reasons[0] != "" {
		return reasons[0]
	}
	return otherwise
}

// choose evaluates Fn::Select.
func (t *template) choose(argument *source.Node, at source.Location) value.Value {
	if len(argument.Items) != 2 {
		return unknownText("Fn::Select needs an index and a list", at)
	}
	text, literal := t.evaluate(argument.Items[0]).Literal()
	index, err := strconv.Atoi(text)
	if !literal || err != nil {
		return unknownText("the index of Fn::Select is not known", at)
	}
	return value.OverChoices(t.evaluate(argument.Items[1]), func(list value.Value) value.Value {
		switch {
		case list.Kind != value.List:
			return unknownText(reason(list, "the list of Fn::Select is not known"), at)
		case index < 0 || index >= len(list.Items()):
			return unknownText(fmt.Sprintf("Fn::Select asks for element %d of a list of %d", index, len(list.Items())), at)
		default:
			return list.Items()[index]
		}
	})
}

// split evaluates Fn::Split. References are taken to hold no delimiter where
// literal text holds it; else their pieces are not known.
func (t *template) split(argument *source.Node, at source.Location) value.Value {
	if len(argument.Items) != 2 {
		return value.NotKnown("Fn::Split needs a delimiter and a text", at)
	}
	delimiter, literal := t.evaluate(argument.Items[0]).Literal()
	if !literal || delimiter == "" {
		return value.NotKnown("the delimiter of Fn::Split is not known", at)
	}
	return splitText(t.spread(t.evaluate(argument.Items[1])), delimiter, at)
}

// splitText divides a text at a delimiter.
func splitText(v value.Value, delimiter string, at source.Location) value.Value {
	return value.OverChoices(v, func(text value.Value) value.Value {
		if text.Kind != value.String {
			return value.NotKnown(reason(text, "the text of Fn::Split is not known"), at)
		}
		var list []value.Value
		var current []value.Part
		for _, part := range text.Parts() {
			if len(list)+strings.Count(part.Text, delimiter) > value.MaxSize {
				return value.NotKnown(value.TooLarge, at)
			}
			if part.Kind != value.Literal {
				if mayHold(part, delimiter) {
					return value.NotKnown(notSplit(text, part), at)
				}
				current = append(current, part)
				continue
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
	})
}

// notSplit says why the pieces of a text are not known.
func notSplit(text value.Value, part value.Part) string {
	if part.Kind == value.UnknownText {
		return part.Text
	}
	return "what Fn::Split makes of " + text.String() + " is not known before it is deployed"
}

// spread writes the ARNs of buckets and keys, and the URLs of websites, in a text
// in their constituents: the CDK takes names out of them, and origins need the
// host of a website.
func (t *template) spread(v value.Value) value.Value {
	return value.OverChoices(v, func(text value.Value) value.Value {
		if text.Kind != value.String {
			return text
		}
		var pieces []value.Value
		for _, part := range text.Parts() {
			pieces = append(pieces, t.constituents(part))
		}
		return value.Concat(text.Location, pieces...)
	})
}

func (t *template) constituents(part value.Part) value.Value {
	whole := value.StringOf([]value.Part{part}, part.Location)
	if part.Kind != value.ReferenceTo || part.Reference.Attribute != value.ARN && part.Reference.Attribute != value.WebsiteURL {
		return whole
	}
	at := part.Location
	unit, _, _ := strings.Cut(part.Reference.Node, "#")
	of := func(node string, attribute value.Attribute) value.Value {
		return value.To(value.Reference{Node: node, Attribute: attribute}, part.Text, at)
	}
	if part.Reference.Attribute == value.WebsiteURL {
		return value.Concat(at, value.Text("http://", at), of(part.Reference.Node, value.WebsiteEndpoint))
	}
	switch t.types[part.Reference.Node] {
	case bucketType:
		return value.Concat(at, value.Text("arn:", at), of(unit, value.Partition), value.Text(":s3:::", at), of(part.Reference.Node, value.Name))
	case keyType:
		return value.Concat(at, value.Text("arn:", at), of(unit, value.Partition), value.Text(":kms:", at), of(unit, value.Region),
			value.Text(":", at), of(unit, value.Account), value.Text(":key/", at), of(part.Reference.Node, value.ID))
	default:
		return whole
	}
}

// mayHold reports whether the text of a part may hold a delimiter: ids, accounts,
// Regions and hosts hold neither colons, slashes nor commas.
func mayHold(part value.Part, delimiter string) bool {
	if part.Kind != value.ReferenceTo || strings.Trim(delimiter, ":/,") != "" {
		return true
	}
	return !slices.Contains([]value.Attribute{value.ID, value.Account, value.Region, value.Partition, value.Name, value.WebsiteEndpoint}, part.Reference.Attribute)
}

// conditional evaluates Fn::If.
func (t *template) conditional(argument *source.Node, at source.Location) value.Value {
	if len(argument.Items) != 3 {
		return value.NotKnown("Fn::If needs a condition and two values", at)
	}
	condition := t.namedCondition(argument.Items[0].Text, argument.Items[0].Location)
	if holds, constant := condition.Constant(); constant {
		if holds {
			return t.evaluate(argument.Items[1])
		}
		return t.evaluate(argument.Items[2])
	}
	return value.If(condition, t.evaluate(argument.Items[1]), t.evaluate(argument.Items[2]), at)
}

// findInMap evaluates Fn::FindInMap, with the default of LanguageExtensions.
func (t *template) findInMap(argument *source.Node, at source.Location) value.Value {
	if len(argument.Items) < 3 {
		return unknownText("Fn::FindInMap needs a map and two keys", at)
	}
	fallback := value.NotKnown("", at)
	if len(argument.Items) > 3 {
		if node := argument.Items[3].Get("DefaultValue"); node != nil {
			fallback = t.evaluate(node)
		}
	}
	return t.findIn(t.root.Get("Mappings"), argument.Items[:3], fallback, at)
}

// maxKeys is how many keys a map may have that a parameter chooses from. It is
// the quota of CloudFormation.
const maxKeys = 200

// findIn looks up the keys one after the other. A key that is a parameter
// without a value may be any key of the map.
func (t *template) findIn(node *source.Node, keys []*source.Node, fallback value.Value, at source.Location) value.Value {
	if len(keys) == 0 {
		return t.evaluate(node)
	}
	return value.OverChoices(t.evaluate(keys[0]), func(key value.Value) value.Value {
		if text, literal := t.literal(key); literal {
			inner := node.Get(text)
			if inner == nil {
				return otherwise(fallback, fmt.Sprintf("Fn::FindInMap finds no %s", text), at)
			}
			return t.findIn(inner, keys[1:], fallback, at)
		}
		result := otherwise(fallback, reason(key, fmt.Sprintf("the key %s of Fn::FindInMap is not known", key)), at)
		if _, sole := key.SoleReference(); !sole || len(members(node)) > maxKeys {
			return result
		}
		for _, member := range slices.Backward(members(node)) {
			chosen := t.equalValues(keys[0], key, value.Text(member.Key.Text, at))
			result = value.If(chosen, t.findIn(member.Value, keys[1:], fallback, at), result, at)
		}
		return result
	})
}

// otherwise is a fallback that is known, or unknown text.
func otherwise(fallback value.Value, why string, at source.Location) value.Value {
	if fallback.Kind != value.Unknown {
		return fallback
	}
	return unknownText(why, at)
}

func (t *template) length(argument *source.Node, at source.Location) value.Value {
	list := t.evaluate(argument)
	if list.Kind != value.List {
		return unknownText(reason(list, "the list of Fn::Length is not known"), at)
	}
	return value.NumberOf(strconv.Itoa(len(list.Items())), at)
}
