package docx

import "strings"

const (
	xmlHead  = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	wordML   = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
	relsType = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
	relsHead = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`

	contentTypes = xmlHead + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
		`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
		`<Default Extension="xml" ContentType="application/xml"/>` +
		`<Default Extension="png" ContentType="image/png"/><Default Extension="jpeg" ContentType="image/jpeg"/><Default Extension="gif" ContentType="image/gif"/>` +
		`<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>` +
		`<Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/>` +
		`<Override PartName="/word/numbering.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.numbering+xml"/>` +
		`<Override PartName="/word/settings.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.settings+xml"/>` +
		`<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>`

	packageRels = xmlHead + relsHead +
		`<Relationship Id="rId1" Type="` + relsType + `officeDocument" Target="word/document.xml"/>` +
		`<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>`

	settingsXML = xmlHead + `<w:settings xmlns:w="` + wordML + `"><w:defaultTabStop w:val="720"/><w:characterSpacingControl w:val="doNotCompress"/>` +
		`<w:compat><w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat></w:settings>`

	documentHead = `<w:document xmlns:w="` + wordML + `" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"` +
		` xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"` +
		` xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture" xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"><w:body>`

	// An A4 page with margins of an inch.
	documentTail = `<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1440" w:right="1440" w:bottom="1440" w:left="1440" w:header="708" w:footer="708" w:gutter="0"/></w:sectPr></w:body></w:document>`

	// horizontalRule is the line that Word and Google Docs insert: it is in a line
	// of text, as a divider is.
	horizontalRule = `<w:pict><v:rect style="width:0;height:1.5pt" o:hralign="center" o:hrstd="t" o:hr="t" fillcolor="#a0a0a0" stroked="f"/></w:pict>`
)

// stylesXML has the styles that a document may use. Their names are those that
// Word knows, where it has one.
func stylesXML(languages map[string]bool) string {
	var s strings.Builder
	s.WriteString(xmlHead + `<w:styles xmlns:w="` + wordML + `"><w:docDefaults><w:rPrDefault><w:rPr>` +
		fonts("Calibri") + `<w:sz w:val="22"/><w:szCs w:val="22"/></w:rPr></w:rPrDefault>` +
		`<w:pPrDefault><w:pPr><w:spacing w:after="120" w:line="264" w:lineRule="auto"/></w:pPr></w:pPrDefault></w:docDefaults>`)
	style := func(kind, id, name, more, pPr, rPr string) {
		s.WriteString(`<w:style w:type="` + kind + `" ` + more + `w:styleId="` + escape(id) + `"><w:name w:val="` + escape(name) + `"/>`)
		switch {
		case id == "Normal" || id == "DefaultParagraphFont":
		case kind == "paragraph":
			s.WriteString(`<w:basedOn w:val="Normal"/>`)
		default:
			s.WriteString(`<w:basedOn w:val="DefaultParagraphFont"/>`)
		}
		if kind == "paragraph" && strings.HasPrefix(id, styleHeading) {
			s.WriteString(`<w:next w:val="Normal"/>`)
		}
		s.WriteString(`<w:qFormat/>`)
		if pPr != "" {
			s.WriteString(`<w:pPr>` + pPr + `</w:pPr>`)
		}
		if rPr != "" {
			s.WriteString(`<w:rPr>` + rPr + `</w:rPr>`)
		}
		s.WriteString(`</w:style>`)
	}
	const custom = `w:customStyle="1" `
	style("paragraph", "Normal", "Normal", `w:default="1" `, "", "")
	style("character", "DefaultParagraphFont", "Default Paragraph Font", `w:default="1" `, "", "")
	for i, size := range headingSizes {
		n, sz := num(i+1), num(size)
		style("paragraph", styleHeading+n, "heading "+n, "",
			`<w:keepNext/><w:keepLines/><w:spacing w:before="240" w:after="80"/><w:outlineLvl w:val="`+num(i)+`"/>`,
			`<w:b/><w:bCs/><w:sz w:val="`+sz+`"/><w:szCs w:val="`+sz+`"/>`)
	}
	style("paragraph", styleQuote, "Quote", "",
		`<w:pBdr><w:left w:val="single" w:sz="18" w:space="12" w:color="BFBFBF"/></w:pBdr><w:ind w:left="360"/>`, `<w:color w:val="595959"/>`)
	style("paragraph", styleList, "List Paragraph", "", `<w:contextualSpacing/>`, "")
	code := `<w:shd w:val="clear" w:color="auto" w:fill="F2F2F2"/><w:spacing w:after="0"/><w:contextualSpacing/>`
	codeRun := fonts(fontMono) + `<w:noProof/><w:sz w:val="20"/><w:szCs w:val="20"/>`
	style("paragraph", styleCode, "Code Block", custom, code, codeRun)
	for _, language := range sortedKeys(languages) {
		style("paragraph", styleCode+"-"+language, "Code Block "+language, custom, code, codeRun)
	}
	style("paragraph", stylePlain, "Plain Text", "", `<w:spacing w:after="0"/>`, codeRun)
	style("character", charLink, "Hyperlink", "", "", `<w:color w:val="0563C1"/><w:u w:val="single"/>`)
	style("character", charCode, "Code Character", custom, "", fonts(fontMono)+`<w:shd w:val="clear" w:color="auto" w:fill="F2F2F2"/>`)
	style("character", charFormula, "Formula", custom, "", fonts("Cambria Math"))
	s.WriteString(`</w:styles>`)
	return s.String()
}

func fonts(name string) string {
	return `<w:rFonts w:ascii="` + name + `" w:hAnsi="` + name + `" w:cs="` + name + `"/>`
}

// fixedNumbers are the numberings that all lists of a sort share.
var fixedNumbers = map[string]int{"bullet": 1, "unchecked": 2, "checked": 3}

// orderedAbstract is the definition of all numbered lists, each of which is a
// numbering of its own.
const orderedAbstract = 4

// numberingXML defines the lists of a document, so many of them numbered.
func numberingXML(ordered int) string {
	var s strings.Builder
	s.WriteString(xmlHead + `<w:numbering xmlns:w="` + wordML + `">`)
	levels := func(id int, format string, text func(level int) string) {
		s.WriteString(`<w:abstractNum w:abstractNumId="` + num(id) + `"><w:multiLevelType w:val="hybridMultilevel"/>`)
		for level := range 9 {
			f := format
			if f == "" {
				f = [...]string{"decimal", "lowerLetter", "lowerRoman"}[level%3]
			}
			s.WriteString(`<w:lvl w:ilvl="` + num(level) + `"><w:start w:val="1"/><w:numFmt w:val="` + f + `"/><w:lvlText w:val="` + text(level) +
				`"/><w:lvlJc w:val="left"/><w:pPr><w:ind w:left="` + num((level+1)*indentTwips) + `" w:hanging="360"/></w:pPr></w:lvl>`)
		}
		s.WriteString(`</w:abstractNum>`)
	}
	levels(1, "bullet", func(level int) string { return [...]string{"\u2022", "\u25E6", "\u25AA"}[level%3] })
	levels(2, "bullet", func(int) string { return glyphUnchecked })
	levels(3, "bullet", func(int) string { return glyphChecked })
	levels(orderedAbstract, "", func(level int) string { return "%" + num(level+1) + "." })
	for id := 1; id < orderedAbstract; id++ {
		s.WriteString(`<w:num w:numId="` + num(id) + `"><w:abstractNumId w:val="` + num(id) + `"/></w:num>`)
	}
	for i := range ordered {
		s.WriteString(`<w:num w:numId="` + num(len(fixedNumbers)+1+i) + `"><w:abstractNumId w:val="` + num(orderedAbstract) + `"/>`)
		for level := range 9 {
			s.WriteString(`<w:lvlOverride w:ilvl="` + num(level) + `"><w:startOverride w:val="1"/></w:lvlOverride>`)
		}
		s.WriteString(`</w:num>`)
	}
	s.WriteString(`</w:numbering>`)
	return s.String()
}
