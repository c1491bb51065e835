package terraform

import (
	"math/big"

	"github.com/zclconf/go-cty/cty"

	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

var (
	stringType = cty.String
	boolType   = cty.Bool
)

// fromCty converts a value of Terraform's type system.
func fromCty(v cty.Value, at source.Location) value.Value {
	v, _ = v.UnmarkDeep()
	left := value.MaxSize
	converted := convertCty(v, at, &left)
	if left < 0 {
		return unknown(at, value.TooLarge)
	}
	return converted
}

// maxExponent bounds numbers, which are written with all their digits.
const maxExponent = 4096

// convertCty converts what is left of a value that may share its parts.
func convertCty(v cty.Value, at source.Location, left *int) value.Value {
	if *left--; *left < 0 {
		return unknown(at, value.TooLarge)
	}
	switch {
	case !v.IsKnown():
		return unknown(at, "the value is not known")
	case v.IsNull():
		return value.Nothing(at)
	}
	kind := v.Type()
	switch {
	case kind.Equals(cty.String):
		return value.Text(v.AsString(), at)
	case kind.Equals(cty.Bool):
		return value.Boolean(v.True(), at)
	case kind.Equals(cty.Number):
		if exponent := v.AsBigFloat().MantExp(nil); exponent > maxExponent || exponent < -maxExponent || v.AsBigFloat().IsInf() {
			return unknown(at, "the number is too large or too small")
		}
		return value.NumberOf(v.AsBigFloat().Text('f', -1), at)
	case kind.IsListType() || kind.IsSetType() || kind.IsTupleType():
		var list []value.Value
		for it := v.ElementIterator(); it.Next(); {
			_, item := it.Element()
			list = append(list, convertCty(item, at, left))
		}
		return value.ListOf(list, at)
	case kind.IsMapType() || kind.IsObjectType():
		var object []value.Member
		for it := v.ElementIterator(); it.Next(); {
			key, item := it.Element()
			object = append(object, value.Member{Key: key.AsString(), KeyLocation: at, Value: convertCty(item, at, left)})
		}
		return value.MapOf(object, at)
	default:
		return unknown(at, "the value is of a type that is not understood")
	}
}

// toCty converts a value that is wholly known.
func toCty(v value.Value) (cty.Value, bool) {
	switch v.Kind {
	case value.Absent:
		return cty.NullVal(cty.DynamicPseudoType), true
	case value.Bool:
		return cty.BoolVal(v.Bool), true
	case value.Number:
		number, _, err := big.ParseFloat(v.Digits(), 10, 512, big.ToNearestEven)
		if err != nil {
			return cty.NilVal, false
		}
		return cty.NumberVal(number), true
	case value.String:
		text, ok := v.Literal()
		return cty.StringVal(text), ok
	case value.List:
		items := make([]cty.Value, len(v.Items()))
		for i, item := range v.Items() {
			converted, ok := toCty(item)
			if !ok {
				return cty.NilVal, false
			}
			items[i] = converted
		}
		return cty.TupleVal(items), true
	case value.Map:
		members := make(map[string]cty.Value, len(v.Members()))
		for _, member := range v.Members() {
			converted, ok := toCty(member.Value)
			if !ok {
				return cty.NilVal, false
			}
			members[member.Key] = converted
		}
		return cty.ObjectVal(members), true
	default:
		return cty.NilVal, false
	}
}
