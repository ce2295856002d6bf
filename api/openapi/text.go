package openapi

import (
	"bytes"
	"encoding/json"
	"html"
	"html/template"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml"
)

func samples(examples ordered[example]) ([]sample, error) {
	var list []sample
	for _, one := range examples {
		text, err := indented(one.Value)
		if err != nil {
			return nil, err
		}
		list = append(list, sample{one.Value.Summary, text})
	}
	return list, nil
}

// indented writes an example as JSON, with its fields in the order of the document.
func indented(e example) (string, error) {
	compact, err := yaml.MarshalWithOptions(e.Value, yaml.JSON())
	if err != nil {
		return "", err
	}
	var out bytes.Buffer
	err = json.Indent(&out, bytes.TrimSpace(compact), "", "  ")
	return out.String(), err
}

var (
	codeMark = regexp.MustCompile("`([^`]+)`")
	boldMark = regexp.MustCompile(`\*\*([^*]+)\*\*`)
)

// prose makes paragraphs of a description, with its code and bold marks.
func prose(text string) template.HTML {
	text = strings.TrimSpace(text)
	if text == "" {
		return ""
	}
	text = codeMark.ReplaceAllString(html.EscapeString(text), "<code>$1</code>")
	text = boldMark.ReplaceAllString(text, "<strong>$1</strong>")
	if paragraphs := strings.Split(text, "\n\n"); len(paragraphs) > 1 {
		text = "<p>" + strings.Join(paragraphs, "</p><p>") + "</p>"
	}
	return template.HTML(text) // the documents are ours, and escaped above
}
