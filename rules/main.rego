# METADATA
# description: Collects what all rules report about one subject, the input.
package originkey

# METADATA
# description: The findings about the subject, by the name of the rule.
# entrypoint: true
results[name] contains result if {
	some name, result
	data.rules[name].report[result]
}
