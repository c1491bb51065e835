package terraform

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"path"

	"github.com/hashicorp/go-cty-funcs/cidr"
	"github.com/hashicorp/go-cty-funcs/encoding"
	"github.com/hashicorp/go-cty-funcs/uuid"
	ctyyaml "github.com/zclconf/go-cty-yaml"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"

	"github.com/originkey/originkey/internal/source"
	"github.com/originkey/originkey/internal/value"
)

// applyKnown computes a function whose arguments are all known.
func (m *module) applyKnown(name string, arguments []value.Value, at source.Location) value.Value {
	m.spend(dear)
	converted := make([]cty.Value, len(arguments))
	for i, argument := range arguments {
		known, ok := toCty(argument)
		if !ok {
			return textOf(unknown(at, "what %s makes of %s is not known before it is deployed", name, argument))
		}
		converted[i] = known
	}
	if compute, ok := textFunctions()[name]; ok && len(converted) == 1 && converted[0].Type().Equals(cty.String) && !converted[0].IsNull() {
		return compute(converted[0].AsString(), at)
	}
	known, ok := knownFunctions()[name]
	if !ok {
		return textOf(unknown(at, "the function %s is evaluated by Terraform", name))
	}
	if why := amplifies(name, arguments); why != "" {
		return textOf(unknown(at, "%s is not computed: %s", name, why))
	}
	result, err := known.Call(conform(known, converted))
	if err != nil {
		return textOf(unknown(at, "%s cannot be computed: %v", name, err))
	}
	return fromCty(result, at)
}

// conform converts arguments to the types of a function's parameters: what is
// written in brackets is a tuple, and many functions want a list.
func conform(f function.Function, arguments []cty.Value) []cty.Value {
	parameters := f.Params()
	for i, argument := range arguments {
		wanted := cty.DynamicPseudoType
		switch {
		case i < len(parameters):
			wanted = parameters[i].Type
		case f.VarParam() != nil:
			wanted = f.VarParam().Type
		}
		if converted, err := convert.Convert(argument, wanted); err == nil {
			arguments[i] = converted
		}
	}
	return arguments
}

// knownFunctions are those of Terraform that go-cty's standard library has.
func knownFunctions() map[string]function.Function {
	return map[string]function.Function{
		"abs": stdlib.AbsoluteFunc, "ceil": stdlib.CeilFunc, "chomp": stdlib.ChompFunc, "chunklist": stdlib.ChunklistFunc,
		"csvdecode": stdlib.CSVDecodeFunc, "floor": stdlib.FloorFunc, "format": stdlib.FormatFunc, "formatdate": stdlib.FormatDateFunc,
		"formatlist": stdlib.FormatListFunc, "indent": stdlib.IndentFunc, "log": stdlib.LogFunc, "lower": stdlib.LowerFunc,
		"max": stdlib.MaxFunc, "min": stdlib.MinFunc, "parseint": stdlib.ParseIntFunc, "pow": stdlib.PowFunc, "range": stdlib.RangeFunc,
		"regex": stdlib.RegexFunc, "regexall": stdlib.RegexAllFunc, "replace": stdlib.ReplaceFunc, "setintersection": stdlib.SetIntersectionFunc,
		"setproduct": stdlib.SetProductFunc, "setsubtract": stdlib.SetSubtractFunc, "signum": stdlib.SignumFunc, "slice": stdlib.SliceFunc,
		"sort": stdlib.SortFunc, "split": stdlib.SplitFunc, "strrev": stdlib.ReverseFunc, "substr": stdlib.SubstrFunc,
		"timeadd": stdlib.TimeAddFunc, "title": stdlib.TitleFunc, "trim": stdlib.TrimFunc, "trimprefix": stdlib.TrimPrefixFunc,
		"trimsuffix": stdlib.TrimSuffixFunc, "upper": stdlib.UpperFunc,
		"tonumber": stdlib.MakeToFunc(cty.Number), "tobool": stdlib.MakeToFunc(cty.Bool),
		"base64decode": encoding.Base64DecodeFunc, "base64encode": encoding.Base64EncodeFunc, "urlencode": encoding.URLEncodeFunc,
		"uuidv5":   uuid.V5Func,
		"cidrhost": cidr.HostFunc, "cidrnetmask": cidr.NetmaskFunc, "cidrsubnet": cidr.SubnetFunc, "cidrsubnets": cidr.SubnetsFunc,
		"yamldecode": ctyyaml.YAMLDecodeFunc, "yamlencode": ctyyaml.YAMLEncodeFunc,
	}
}

// textFunctions are functions of one text that go-cty does not have.
func textFunctions() map[string]func(string, source.Location) value.Value {
	plain := func(f func(string) string) func(string, source.Location) value.Value {
		return func(text string, at source.Location) value.Value { return value.Text(f(text), at) }
	}
	hexadecimal := func(digest func(string) []byte) func(string, source.Location) value.Value {
		return plain(func(text string) string { return hex.EncodeToString(digest(text)) })
	}
	base := func(digest func(string) []byte) func(string, source.Location) value.Value {
		return plain(func(text string) string { return base64.StdEncoding.EncodeToString(digest(text)) })
	}
	digest256 := func(text string) []byte { digest := sha256.Sum256([]byte(text)); return digest[:] }
	digest512 := func(text string) []byte { digest := sha512.Sum512([]byte(text)); return digest[:] }
	return map[string]func(string, source.Location) value.Value{
		"md5":          hexadecimal(func(text string) []byte { digest := md5.Sum([]byte(text)); return digest[:] }),
		"sha1":         hexadecimal(func(text string) []byte { digest := sha1.Sum([]byte(text)); return digest[:] }),
		"sha256":       hexadecimal(digest256),
		"sha512":       hexadecimal(digest512),
		"base64sha256": base(digest256),
		"base64sha512": base(digest512),
		"basename":     plain(path.Base),
		"dirname":      plain(path.Dir),
		"urldecode": func(text string, at source.Location) value.Value {
			decoded, err := url.QueryUnescape(text)
			if err != nil {
				return textOf(unknown(at, "urldecode cannot be computed: %v", err))
			}
			return value.Text(decoded, at)
		},
	}
}
