package value

import (
	"slices"
	"sort"
	"strings"
)

// A Condition is a formula over variables that the input leaves open, such as a
// Terraform variable without a value or a CloudFormation parameter without a
// default. The zero Condition is always true.
type Condition struct {
	// formula is nil where the condition is always true, as most are.
	formula *formula
}

type formula struct {
	operator operator
	variable string
	value    string
	operands []Condition
}

func (c Condition) operator() operator {
	if c.formula == nil {
		return always
	}
	return c.formula.operator
}

type operator uint8

const (
	always operator = iota
	never
	is
	not
	and
	or
)

// A Variable is something that a Condition asks about. Its value is one of
// Domain. Other stands for "anything that no condition mentions".
type Variable struct {
	// ID is unique in a graph and has no meaning beyond that.
	ID string
	// Text is what a person calls it: "var.create_key", "parameter Stage".
	Text string
	// Domain lists the values that tell worlds apart, sorted.
	Domain []string
}

// Other is the element of a Domain that stands for every text that no condition
// mentions. It cannot be written in any input language.
const Other = "\x00other"

// Variables collects the variables of a graph while it is built.
type Variables map[string]*Variable

// Mention makes sure that the variable exists and that its domain holds value.
func (vs Variables) Mention(id, text, value string) {
	variable, ok := vs[id]
	if !ok {
		variable = &Variable{ID: id, Text: text}
		vs[id] = variable
	}
	if i := sort.SearchStrings(variable.Domain, value); i == len(variable.Domain) || variable.Domain[i] != value {
		variable.Domain = slices.Insert(variable.Domain, i, value)
	}
}

// Boolean declares a variable that is "true" or "false" and returns the
// condition that it is true.
func (vs Variables) Boolean(id, text string) Condition {
	vs.Mention(id, text, "true")
	vs.Mention(id, text, "false")
	return Is(id, "true")
}

// Equals declares that a variable is compared with a text and returns the
// condition that they are equal. allowed lists all values that the variable can
// take where the input says so; otherwise Other joins the domain.
func (vs Variables) Equals(id, text, compared string, allowed []string) Condition {
	if len(allowed) == 0 {
		vs.Mention(id, text, Other)
		vs.Mention(id, text, compared)
		return Is(id, compared)
	}
	for _, value := range allowed {
		vs.Mention(id, text, value)
	}
	if !slices.Contains(allowed, compared) {
		return False()
	}
	return Is(id, compared)
}

// True is the condition that always holds.
func True() Condition { return Condition{} }

// False is the condition that never holds.
func False() Condition { return Condition{&formula{operator: never}} }

// Is is the condition that a variable has a value.
func Is(variable, value string) Condition {
	return Condition{&formula{operator: is, variable: variable, value: value}}
}

// Not negates a condition.
func Not(c Condition) Condition {
	switch c.operator() {
	case always:
		return False()
	case never:
		return True()
	case not:
		return c.formula.operands[0]
	default:
		return Condition{&formula{operator: not, operands: []Condition{c}}}
	}
}

// And holds where all of the conditions hold.
func And(conditions ...Condition) Condition { return combine(and, never, always, conditions) }

// Or holds where any of the conditions holds.
func Or(conditions ...Condition) Condition { return combine(or, always, never, conditions) }

func combine(op, absorbing, neutral operator, conditions []Condition) Condition {
	var operands []Condition
	for _, c := range conditions {
		switch c.operator() {
		case absorbing:
			return c
		case neutral:
		default:
			opposite := Not(c)
			for _, known := range operands {
				if known.Same(opposite) {
					return constant(absorbing)
				}
			}
			operands = append(operands, c)
		}
	}
	switch len(operands) {
	case 0:
		return constant(neutral)
	case 1:
		return operands[0]
	default:
		return Condition{&formula{operator: op, operands: operands}}
	}
}

// constant is the condition that an operator without operands makes.
func constant(op operator) Condition {
	if op == always {
		return True()
	}
	return False()
}

// Constant reports whether c is always true or always false on its face.
func (c Condition) Constant() (holds, ok bool) {
	return c.operator() == always, c.operator() == always || c.operator() == never
}

// Mentioned calls f with the id of every variable in c, repeats included.
func (c Condition) Mentioned(f func(variable string)) {
	if c.formula == nil {
		return
	}
	if c.formula.operator == is {
		f(c.formula.variable)
	}
	for _, operand := range c.formula.operands {
		operand.Mentioned(f)
	}
}

// In reports whether c holds in a world. A variable that the world has not yet
// given a value is noted in world.Missing, and the result then means nothing.
func (c Condition) In(world *World) bool {
	switch c.operator() {
	case always:
		return true
	case never:
		return false
	case is:
		return world.value(c.formula.variable) == c.formula.value
	case not:
		return !c.formula.operands[0].In(world)
	case and:
		for _, operand := range c.formula.operands {
			if !operand.In(world) {
				return false
			}
		}
		return true
	default:
		for _, operand := range c.formula.operands {
			if operand.In(world) {
				return true
			}
		}
		return false
	}
}

// A World gives variables their values. Evaluation asks it; the first variable
// that has none yet is noted so that the caller can split the world on it. This
// way only variables that matter to an answer are ever told apart.
type World struct {
	assigned map[string]string
	// Missing is the id of the first variable that was asked for and has no
	// value. An answer found while Missing is set must be thrown away.
	Missing string
}

// NewWorld returns a world in which nothing is decided.
func NewWorld() *World { return &World{} }

func (w *World) value(variable string) string {
	if value, ok := w.assigned[variable]; ok {
		return value
	}
	if w.Missing == "" {
		w.Missing = variable
	}
	return ""
}

// With returns a copy of w in which one more variable has a value and Missing
// is cleared.
func (w *World) With(variable, value string) *World {
	assigned := make(map[string]string, len(w.assigned)+1)
	for k, v := range w.assigned {
		assigned[k] = v
	}
	assigned[variable] = value
	return &World{assigned: assigned}
}

// Describe says in words what w decides: "var.create_key is false and
// parameter Stage is prod". It is "" for the world that decides nothing.
func (w *World) Describe(variables Variables) string {
	ids := make([]string, 0, len(w.assigned))
	for id := range w.assigned {
		ids = append(ids, id)
	}
	sort.Strings(ids)
	clauses := make([]string, len(ids))
	for i, id := range ids {
		text := id
		if variable, ok := variables[id]; ok {
			text = variable.Text
		}
		if w.assigned[id] == Other {
			clauses[i] = text + " is something else"
		} else {
			clauses[i] = text + " is " + w.assigned[id]
		}
	}
	return strings.Join(clauses, " and ")
}

// MaxWorlds bounds how many worlds Worlds tells apart.
const MaxWorlds = 1024

// Worlds calls evaluate in every world that it tells apart, in a fixed order,
// and keep with each answer. It returns false, having given up, where that would
// take more than MaxWorlds calls.
func Worlds[T any](variables Variables, evaluate func(*World) T, keep func(*World, T)) bool {
	calls := 0
	var split func(world *World) bool
	split = func(world *World) bool {
		if calls++; calls > MaxWorlds {
			return false
		}
		answer := evaluate(world)
		if world.Missing == "" {
			keep(world, answer)
			return true
		}
		missing := world.Missing
		domain := []string{"true", "false"}
		if variable, ok := variables[missing]; ok {
			domain = variable.Domain
		}
		for _, value := range domain {
			if !split(world.With(missing, value)) {
				return false
			}
		}
		return true
	}
	return split(NewWorld())
}

// Same reports whether two conditions are written alike. Conditions that are
// not may still be equivalent.
func (c Condition) Same(other Condition) bool {
	if c.formula == other.formula {
		return true
	}
	x, y := c.formula, other.formula
	return x != nil && y != nil && x.operator == y.operator && x.variable == y.variable && x.value == y.value &&
		slices.EqualFunc(x.operands, y.operands, Condition.Same)
}
