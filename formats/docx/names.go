package docx

// What stands in the styles that Write makes, and what Read compares with.
const (
	styleHeading   = "Heading" // and 1 to 6
	styleQuote     = "Quote"
	styleCode      = "CodeBlock" // and "-" with a language
	styleList      = "ListParagraph"
	stylePlain     = "PlainText"
	charLink       = "Hyperlink"
	charCode       = "CodeCharacter"
	charFormula    = "Formula"
	nameCodeBlock  = "code block"
	tagMention     = "mention:" // and an id
	tagFormula     = "formula"
	longestTag     = 64 // characters of a tag: Word takes no longer ones
	fontMono       = "Courier New"
	fontSerif      = "Times New Roman"
	indentTwips    = 720 // of a level: half an inch
	normalSize     = 22  // half points
	codeSize       = 20
	glyphUnchecked = "\u2610"
	glyphChecked   = "\u2611"
)

// headingSizes are those of headings 1 to 6, in half points.
var headingSizes = [...]int{40, 32, 28, 24, 22, 22}

// sizes are the factors of the attribute size.
var sizes = map[string]float64{"small": 0.75, "large": 1.5, "huge": 2.5}

// sizeOf says which size is so much larger than the text around; "" for about
// the same.
func sizeOf(size, base int) string {
	switch ratio := float64(size) / float64(base); {
	case ratio <= 0.85:
		return "small"
	case ratio >= 2:
		return "huge"
	case ratio >= 1.3:
		return "large"
	}
	return ""
}

// highlights are the colours of a marker pen, by their names in Word.
var highlights = map[string]string{
	"black": "000000", "blue": "0000ff", "cyan": "00ffff", "green": "00ff00", "magenta": "ff00ff", "red": "ff0000",
	"yellow": "ffff00", "white": "ffffff", "darkBlue": "000080", "darkCyan": "008080", "darkGreen": "008000",
	"darkMagenta": "800080", "darkRed": "800000", "darkYellow": "808000", "darkGray": "808080", "lightGray": "c0c0c0",
}
