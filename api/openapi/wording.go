package openapi

// wording is what a page says beside the document.
type wording struct {
	Lang, Document                   string
	Style, Other, OtherLang          string // relative addresses, and the other language's code
	OtherWord                        string // what it calls itself
	Contents, Skip, Download         string
	Path, Body, Answer, Or, Required string
	Example, Form, Schemas, Admin    string
}

func english() wording {
	return wording{
		Lang: "en", Document: "/openapi.yaml", Style: "style.css", Other: "zh/", OtherLang: "zh-CN", OtherWord: "中文",
		Contents: "Contents", Skip: "To the calls", Download: "OpenAPI document",
		Path: "In the path", Body: "Body", Answer: "Answer", Or: "or", Required: "always there; in a body it must be given",
		Example: "Example", Form: "as a form", Schemas: "Objects in answers", Admin: "admin listener only",
	}
}

func chinese() wording {
	return wording{
		Lang: "zh-CN", Document: "/openapi.zh.yaml", Style: "../style.css", Other: "../", OtherLang: "en", OtherWord: "English",
		Contents: "目录", Skip: "跳到正文", Download: "OpenAPI 文件",
		Path: "路径参数", Body: "请求体", Answer: "应答", Or: "或", Required: "一定会有；在请求体中为必填",
		Example: "示例", Form: "表单", Schemas: "应答中的对象", Admin: "仅管理监听",
	}
}
