package docx

import (
	"strings"

	"github.com/collabd/collabd/ot"
)

// Plain returns what a text document holds of an op that Read has returned: the
// text alone, without the last line break, which stands for the end of the last
// paragraph.
func Plain(op ot.Op) string {
	var b strings.Builder
	for c := range op.Components() {
		b.WriteString(c.Text)
	}
	return strings.TrimSuffix(b.String(), "\n")
}
