package value

import (
	"encoding/binary"

	"github.com/originkey/originkey/internal/source"
)

// A packed is the content of a String, a List or a Map as one text. A tree of values
// takes several times the space and hundreds of objects, over which the garbage
// collector goes again and again.
type packed string

// Packed returns the same value with what is in it in as little space as possible, for
// one that is kept and hardly ever read: each look inside makes the tree anew. What
// holds a Choice stays as it is.
func (v Value) Packed() Value {
	if v.content == nil {
		return v
	}
	p := packer{names: map[string]int{"": 0}}
	if !p.content(&v) {
		return v
	}
	v.content = packed(p.text)
	return v
}

// opened returns the content as a tree.
func (v *Value) opened() any {
	text, isPacked := v.content.(packed)
	if !isPacked {
		return v.content
	}
	o := newOpener(text)
	return o.content(v.Kind)
}

// A packer writes values one behind the other: numbers as varints, a text behind its
// length, and the name of a file or node once, where it is first used.
type packer struct {
	text  []byte
	names map[string]int
}

func (p *packer) number(n int) { p.text = binary.AppendUvarint(p.text, uint64(uint32(n))) }

func (p *packer) string(s string) {
	p.number(len(s))
	p.text = append(p.text, s...)
}

func (p *packer) name(name string) {
	index, known := p.names[name]
	if !known {
		index = len(p.names)
		p.names[name] = index
	}
	p.number(index)
	if !known {
		p.string(name)
	}
}

func (p *packer) location(at source.Location) {
	p.name(at.File)
	for _, n := range []int32{at.Line, at.Column, at.EndLine, at.EndColumn} {
		p.number(int(n))
	}
}

func (p *packer) value(v *Value) bool {
	p.number(int(v.Kind))
	p.flag(v.Bool)
	p.location(v.Location)
	p.string(v.text)
	p.flag(v.content != nil)
	return v.content == nil || p.content(v)
}

func (p *packer) flag(set bool) {
	n := 0
	if set {
		n = 1
	}
	p.number(n)
}

// content reports whether it could be packed.
func (p *packer) content(v *Value) bool {
	switch content := v.opened().(type) {
	case *[1]Part, []Part:
		parts := partsOf(content)
		p.number(len(parts))
		for i := range parts {
			if !p.part(&parts[i]) {
				return false
			}
		}
	case []Value:
		p.number(len(content))
		for i := range content {
			if !p.value(&content[i]) {
				return false
			}
		}
	case []Member:
		p.number(len(content))
		for i := range content {
			p.string(content[i].Key)
			p.location(content[i].KeyLocation)
			if !p.value(&content[i].Value) {
				return false
			}
		}
	default:
		return false
	}
	return true
}

func (p *packer) part(part *Part) bool {
	p.number(int(part.Kind))
	p.string(part.Text)
	p.name(part.Reference.Node)
	p.string(string(part.Reference.Attribute))
	p.location(part.Location)
	p.flag(part.JSON != nil)
	return part.JSON == nil || p.value(part.JSON)
}

// An opener reads what a packer wrote.
type opener struct {
	text  string
	names []string
}

func newOpener(text packed) opener {
	return opener{text: string(text), names: append(make([]string, 0, 8), "")}
}

func (o *opener) number() int {
	n, shift := uint64(0), 0
	for i := range len(o.text) {
		n |= uint64(o.text[i]&0x7f) << shift
		if o.text[i] < 0x80 {
			o.text = o.text[i+1:]
			break
		}
		shift += 7
	}
	return int(int32(uint32(n)))
}

func (o *opener) string() string {
	length := o.number()
	s := o.text[:length]
	o.text = o.text[length:]
	return s
}

func (o *opener) name() string {
	index := o.number()
	if index == len(o.names) {
		o.names = append(o.names, o.string())
	}
	return o.names[index]
}

func (o *opener) location() source.Location {
	return source.Location{
		File: o.name(), Line: int32(o.number()), Column: int32(o.number()), EndLine: int32(o.number()), EndColumn: int32(o.number()),
	}
}

// header reads a value without its content, and whether that follows.
func (o *opener) header() (v Value, holds bool) {
	v = Value{Kind: Kind(o.number()), Bool: o.number() == 1, Location: o.location(), text: o.string()}
	return v, o.number() == 1
}

// part reads a part without what it encodes, and whether that follows.
func (o *opener) part() (part Part, encodes bool) {
	part = Part{
		Kind: PartKind(o.number()), Text: o.string(),
		Reference: Reference{Node: o.name(), Attribute: Attribute(o.string())},
		Location:  o.location(),
	}
	return part, o.number() == 1
}

func (o *opener) value() Value {
	v, holds := o.header()
	if holds {
		v.content = o.content(v.Kind)
	}
	return v
}

func (o *opener) content(kind Kind) any {
	switch length := o.number(); kind {
	case List:
		items := make([]Value, length)
		for i := range items {
			items[i] = o.value()
		}
		return items
	case Map:
		members := make([]Member, length)
		for i := range members {
			members[i] = Member{Key: o.string(), KeyLocation: o.location(), Value: o.value()}
		}
		return members
	default:
		parts := make([]Part, length)
		for i := range parts {
			part, encodes := o.part()
			if encodes {
				inner := o.value()
				part.JSON = &inner
			}
			parts[i] = part
		}
		return contentOf(parts)
	}
}

// references calls f with the references in a content in the order of Value.Walk,
// without making the tree.
func (o *opener) references(kind Kind, f func(Part)) {
	if kind != List && kind != Map {
		o.referencesOfParts(f)
		return
	}
	for range o.number() {
		if kind == Map {
			o.string()
			o.location()
		}
		o.referencesOfValue(f)
	}
}

func (o *opener) referencesOfParts(f func(Part)) {
	// Those of the parts themselves are before those in what they encode.
	var encoded []Part
	for range o.number() {
		part, encodes := o.part()
		if part.Kind == ReferenceTo {
			f(part)
		}
		if encodes {
			o.referencesOfValue(func(inner Part) { encoded = append(encoded, inner) })
		}
	}
	for _, part := range encoded {
		f(part)
	}
}

func (o *opener) referencesOfValue(f func(Part)) {
	if v, holds := o.header(); holds {
		o.references(v.Kind, f)
	}
}
