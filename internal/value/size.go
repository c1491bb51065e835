package value

// MaxSize bounds what a value holds: the values in it, and its text in pieces of
// textSize bytes. A few lines can stand for billions of them.
const MaxSize = 50_000

const textSize = 64

// TooLarge is the reason of what is not evaluated because it would exceed
// MaxSize, and TooManyAlternatives of what would exceed MaxAlternatives.
const (
	TooLarge            = "a value grows larger than what is evaluated"
	TooManyAlternatives = "more conditions decide about a value than are told apart"
)

// Size counts what v holds, up to more than limit. What is shared counts as often
// as it is there.
func (v Value) Size(limit int) int {
	left := limit
	v.take(&left)
	return limit - left
}

// Width counts the parts, items and members of v itself.
func (v Value) Width() int {
	switch content := v.opened().(type) {
	case *[1]Part, []Part:
		return len(partsOf(content))
	case []Value:
		return len(content)
	case []Member:
		return len(content)
	default:
		return 0
	}
}

// take subtracts what v holds, until nothing is left.
func (v *Value) take(left *int) {
	*left -= 1 + len(v.text)/textSize
	switch content := v.opened().(type) {
	case *[1]Part, []Part:
		parts := partsOf(content)
		for i := 0; i < len(parts) && *left >= 0; i++ {
			*left -= 1 + len(parts[i].Text)/textSize
			if parts[i].JSON != nil {
				parts[i].JSON.take(left)
			}
		}
	case []Value:
		for i := 0; i < len(content) && *left >= 0; i++ {
			content[i].take(left)
		}
	case []Member:
		for i := 0; i < len(content) && *left >= 0; i++ {
			*left -= len(content[i].Key) / textSize
			content[i].Value.take(left)
		}
	case *choice:
		if content.then.take(left); *left >= 0 {
			content.otherwise.take(left)
		}
	}
}

// Exceed says why a function of values is not evaluated, or "": each combination
// of their alternatives is a result of its own.
func Exceed(values ...Value) string {
	combinations, size := 1, 0
	for _, v := range values {
		if combinations *= v.alternatives(); combinations > MaxAlternatives {
			return TooManyAlternatives
		}
		if size += v.Size(MaxSize); size > MaxSize {
			return TooLarge
		}
	}
	if combinations > 1 && combinations*size > 16*MaxSize {
		return TooManyAlternatives
	}
	return ""
}
