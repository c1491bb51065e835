package iam

// And is the three-valued conjunction of all: No if any is No.
func And(truths ...Truth) Truth {
	result := Yes
	for _, t := range truths {
		result = min(result, t)
	}
	return result
}

// Or is the three-valued disjunction of all: Yes if any is Yes.
func Or(truths ...Truth) Truth {
	result := No
	for _, t := range truths {
		result = max(result, t)
	}
	return result
}

// Not swaps Yes and No.
func Not(t Truth) Truth { return Yes - t }

func truthOf(b bool) Truth {
	if b {
		return Yes
	}
	return No
}

func yes() Result { return Result{Truth: Yes} }

func result(truth Truth, reasons ...Reason) Result { return Result{Truth: truth, Reasons: reasons} }
