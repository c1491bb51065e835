# METADATA
# description: Collects what all rules report about one subject, the input.
package originkey

results[name] contains result if {
	some name
	some result in data.rules[name].report
}
