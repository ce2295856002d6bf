package api_test

import (
	"net/url"
	"strings"
	"testing"

	"mediapusher/internal/device"
	"mediapusher/task"
)

var wanted = task.LiveRequest{
	Target: device.Target{
		Vendor: device.Hikvision, Host: "10.8.30.109", Port: 8000, User: "admin", Password: device.NewSecret("123456"),
	},
	Channel: 30,
}

// Every body here asks for the same as the printed one.
func TestTolerantBodies(t *testing.T) {
	const form = "nvr_category=0&nvr_addr=10.8.30.109&nvr_port=8000&nvr_user=admin&nvr_pwd=123456&nvr_channel=30"
	for name, test := range map[string]struct{ contentType, query, body string }{
		"as printed":                  {"application/json", "", six},
		"no type":                     {"", "", six},
		"text":                        {"text/plain;charset=UTF-8", "", six},
		"nonsense type":               {";;;", "", six},
		"JSON labelled form":          {"application/x-www-form-urlencoded", "", six},
		"form":                        {"application/x-www-form-urlencoded; charset=UTF-8", "", form},
		"form labelled JSON":          {"application/json", "", form},
		"form without type":           {"", "", form},
		"encoded form":                {"", "", strings.ReplaceAll(form, ".", "%2E")},
		"JSON encoded as a form":      {"application/x-www-form-urlencoded", "", url.QueryEscape(six)},
		"JSON as the name in a form":  {"application/x-www-form-urlencoded", "", url.QueryEscape(six) + "="},
		"byte order mark":             {"application/json", "", "\ufeff" + six},
		"byte order mark, form":       {"", "", "\ufeff" + form},
		"blanks around":               {"application/json", "", "\r\n " + six + " \r\n"},
		"query only":                  {"", form, ""},
		"query and null":              {"application/json", form, "null"},
		"query for the rest":          {"application/json", "nvr_pwd=123456&nvr_user=other", strings.Replace(six, `"nvr_pwd":"123456",`, "", 1)},
		"cache buster":                {"application/json", "_=1700000000000", six},
		"query that is none":          {"application/json", "%zz;=;", six},
		"trailing comma":              {"application/json", "", strings.Replace(six, "}", ",}", 1)},
		"trailing comma and line":     {"application/json", "", strings.Replace(six, "}", ",\r\n}", 1)},
		"comments":                    {"application/json", "", strings.Replace(six, ",", ", // the address\n /* , } */", 1)},
		"numbers as strings":          {"application/json", "", strings.NewReplacer("8000", `" 8000 "`, ":30}", `:" 30"}`, ":0,", `:"0",`).Replace(six)},
		"numbers with a point":        {"application/json", "", strings.NewReplacer("8000", "8000.0", ":30}", ":3e1}", ":0,", `:"0.0",`).Replace(six)},
		"sign and leading zeros":      {"application/json", "", strings.NewReplacer("8000", `"+8000"`, ":30}", `:"030"}`).Replace(six)},
		"number as password":          {"application/json", "", strings.Replace(six, `"123456"`, "123456", 1)},
		"absent stream type":          {"application/json", "", sixAnd + `"stream_type":null,"http_port":"","rtsp_port":" "}`},
		"unknown fields":              {"application/json", "", sixAnd + `"extra":{"a":[1]},"nvr_name":"x"}`},
		"camel":                       {"application/json", "", `{"nvrCategory":0,"nvrAddr":"10.8.30.109","nvrPort":8000,"nvrUser":"admin","nvrPwd":"123456","nvrChannel":30}`},
		"Pascal":                      {"application/json", "", `{"NvrCategory":0,"NvrAddr":"10.8.30.109","NvrPort":8000,"NvrUser":"admin","NvrPwd":"123456","NvrChannel":30}`},
		"lower":                       {"application/json", "", `{"nvrcategory":0,"nvraddr":"10.8.30.109","nvrport":8000,"nvruser":"admin","nvrpwd":"123456","nvrchannel":30}`},
		"capitals":                    {"application/json", "", strings.NewReplacer("nvr", "NVR", "addr", "ADDR", "pwd", "PWD").Replace(six)},
		"blanks in names":             {"application/json", "", strings.Replace(six, "nvr_addr", "nvr_addr ", 1)},
		"documented spelling wins":    {"application/json", "", sixAnd + `"NVR_CHANNEL":1,"nvrChannel":2,"NvrPwd":"other"}`},
		"empty documented spelling":   {"application/json", "", strings.Replace(sixAnd, `"nvr_channel":30`, `"nvr_channel":""`, 1) + `"nvrChannel":30}`},
		"last of two":                 {"application/json", "", `{"nvr_channel":1,` + six[1:]},
		"blanks around the address":   {"application/json", "", strings.Replace(six, "10.8.30.109", ` 10.8.30.109\t`, 1)},
		"scheme before the address":   {"application/json", "", strings.Replace(six, "10.8.30.109", "HTTP://10.8.30.109/", 1)},
		"port behind the address":     {"application/json", "", strings.Replace(six, "10.8.30.109", "10.8.30.109:80", 1)},
		"port only behind it":         {"application/json", "", strings.NewReplacer("10.8.30.109", "10.8.30.109:8000", `"nvr_port":8000,`, "").Replace(six)},
		"declared as GBK":             {"application/json; charset=GBK", "", six},
		"declared as something else":  {"application/json; charset=latin1", "", six},
		"escapes":                     {"application/json", "", strings.Replace(six, "admin", `\u0061dmin`, 1)},
		"comma and bracket in quotes": {"application/json", "", sixAnd + `"x":",}//\"",}`},
	} {
		f := newFake()
		var headers []string
		if test.contentType != "" {
			headers = []string{"Content-Type", test.contentType}
		}
		path := "/REAL_STREAM"
		if test.query != "" {
			path += "?" + test.query
		}
		w := call(handler(f), "POST", path, test.body, headers...)
		if w.Code != 200 || w.Body.String() != liveAnswer {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
			continue
		}
		if got := f.request(t); got != wanted {
			t.Errorf("%s: asked for %+v, password %q", name, got, got.Target.Password.Reveal())
		}
	}
}

func TestChineseNames(t *testing.T) {
	gbk := strings.Replace(six, "admin", "\xb9\xdc\xc0\xed\xd4\xb1", 1) // 管理员
	for name, test := range map[string]struct{ contentType, body string }{
		"UTF-8":    {"application/json", strings.Replace(six, "admin", "管理员", 1)},
		"GBK":      {"application/json;charset=GBK", gbk},
		"GB2312":   {"text/html; charset=gb2312", gbk},
		"GBK form": {"application/x-www-form-urlencoded; charset=gbk", "nvr_category=0&nvr_addr=10.8.30.109&nvr_port=8000&nvr_user=%b9%dc%c0%ed%d4%b1&nvr_pwd=123456&nvr_channel=30"},
	} {
		f := newFake()
		call(handler(f), "POST", "/REAL_STREAM", test.body, "Content-Type", test.contentType)
		if got := f.request(t).Target.User; got != "管理员" {
			t.Errorf("%s: user %q", name, got)
		}
	}
}

func TestTolerantPaths(t *testing.T) {
	for _, path := range []string{
		"/REAL_STREAM", "/real_stream", "/Real_Stream/", "//REAL_STREAM", "//REAL_STREAM//", "/REAL_STREAM?_=1700000000000",
		"/%20REAL_STREAM", "/REAL_STREAM%20", "/%20/REAL_STREAM%20/%20", "/%52EAL_STREAM",
	} {
		if w := call(handler(newFake()), "POST", path, six); w.Body.String() != liveAnswer {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	for _, path := range []string{
		"/STREAM/12681/BEATS", "/stream/12681/beats", "/%20STREAM/12681%20/BEATS", "//STREAM//12681//BEATS//", "/STREAM/%2012681/BEATS",
		"/STREAM/+12681/BEATS", "/STREAM/%2B12681/BEATS", "/STREAM/0012681/BEATS", "/Stream/12681/Beats/?_=1&x=%zz",
	} {
		for _, method := range []string{"GET", "POST"} {
			f := newFake()
			if w := call(handler(f), method, path, ""); w.Body.String() != okText || f.told() != "beat:12681" {
				t.Errorf("%s %s: %d %s, %s", method, path, w.Code, w.Body, f.told())
			}
		}
	}
}

// Calls with the wrong method or with a body that nobody asked for.
func TestTolerantMethods(t *testing.T) {
	for _, test := range []struct{ method, path, body, want string }{
		{"POST", "/STREAM/12681/STOP", "", okText},
		{"POST", "/STREAM/12681/STOP", "bye", okText},
		{"POST", "/STREAM/12681/BEATS", "null", okText},
		{"GET", "/STREAM/12681/BEATS", "{}", okText},
		{"GET", "/STREAM/12681/STOP", "{", okText},
		{"POST", "/STREAM/12681/PTZControl", `{"command":1}`, okText},
		{"POST", "/STREAM/12681/ptzcontrol?command=1&duration=", "", okText},
		{"POST", "/STREAM/12681/POSITION?pos_time=2016-07-20+12:35:00", "", okText},
		{"POST", "/STREAM/12681/position", "posTime=2016-07-20%2012%3A35%3A00", okText},
	} {
		if w := call(handler(newFake()), test.method, test.path, test.body, "Content-Type", "text/plain"); w.Body.String() != test.want {
			t.Errorf("%s %s %s: %s, want %s", test.method, test.path, test.body, w.Body, test.want)
		}
	}
}

// Each wrong field is named.
func TestWrongFields(t *testing.T) {
	const address = "nvr_addr: must be a host name or an IP address"
	for _, test := range []struct{ old, with, want string }{
		{`"nvr_category":0`, `"nvr_category":2`, "nvr_category: must be a number from 0 to 1"},
		{`"nvr_category":0`, `"nvr_category":"hik"`, "nvr_category: must be a number from 0 to 1"},
		{`"nvr_category":0`, `"nvr_category":[]`, "nvr_category: must be a number from 0 to 1"},
		{`"nvr_category":0`, `"nvr_category":""`, "nvr_category: is missing"},
		{`"nvr_addr":"10.8.30.109",`, "", "nvr_addr: is missing"},
		{`"10.8.30.109"`, `null`, "nvr_addr: is missing"},
		{`"10.8.30.109"`, `{}`, "nvr_addr: must be a string"},
		{`10.8.30.109`, `10.8.30.1091`, address},
		{`10.8.30.109`, `10.8.30`, address},
		{`10.8.30.109`, `a b`, address},
		{`10.8.30.109`, `-x`, address},
		{`10.8.30.109`, `admin:pw@10.8.30.109`, address},
		{`10.8.30.109`, `http://10.8.30.109/path`, address},
		{`10.8.30.109`, `ftp://10.8.30.109`, address},
		{`10.8.30.109`, `10.8.30.109:0`, address},
		{`10.8.30.109`, `10.8.30.109\r\nHost: x`, address},
		{`10.8.30.109`, `fe80::1%eth0`, address},
		{`10.8.30.109`, `0.0.0.0`, address},
		{`10.8.30.109`, strings.Repeat("a.", 130), address},
		{`"nvr_port":8000,`, ``, "nvr_port: is missing"},
		{`8000`, `0`, "nvr_port: must be a number from 1 to 65535"},
		{`8000`, `65536`, "nvr_port: must be a number from 1 to 65535"},
		{`8000`, `1e400`, "nvr_port: must be a number from 1 to 65535"},
		{`8000`, `"0x1F40"`, "nvr_port: must be a number from 1 to 65535"},
		{`8000`, `"1_000"`, "nvr_port: must be a number from 1 to 65535"},
		{`"admin"`, `""`, "nvr_user: is missing"},
		{`"admin"`, `true`, "nvr_user: must be a string"},
		{`admin`, `ad\r\nmin`, "nvr_user: must not hold control characters"},
		{`"123456"`, `null`, "nvr_pwd: is missing"},
		{`"123456"`, `["123456"]`, "nvr_pwd: must be a string"},
		{`123456`, `12\u0000`, "nvr_pwd: must not hold control characters"},
		{`"nvr_channel":30`, `"nvr_channel":null`, "nvr_channel: is missing"},
		{`:30}`, `:-1}`, "nvr_channel: must be a number from 0 to 65535"},
		{`:30}`, `:30.5}`, "nvr_channel: must be a number from 0 to 65535"},
		{`:30}`, `:30,"stream_type":2}`, "stream_type: must be a number from 0 to 1"},
		{`:30}`, `:30,"http_port":0}`, "http_port: must be a number from 1 to 65535"},
		{`:30}`, `:30,"rtsp_port":"x"}`, "rtsp_port: must be a number from 1 to 65535"},
	} {
		f := newFake()
		w := call(handler(f), "POST", "/REAL_STREAM", strings.Replace(six, test.old, test.with, 1))
		if w.Code != 200 || w.Body.String() != said(600, test.want) || f.told() != "" {
			t.Errorf("%s: %d %s, %q; want %s", test.with, w.Code, w.Body, f.told(), test.want)
		}
	}
}

func TestOptionalFields(t *testing.T) {
	f := newFake()
	call(handler(f), "POST", "/REAL_STREAM", strings.NewReplacer(`"nvr_category":0`, `"nvr_category":1`, `:30}`, `:0,"http_port":"8081","rtsp_port":8554,"stream_type":1}`).Replace(six))
	want := wanted
	want.Target.Vendor, want.Target.HTTPPort, want.Target.RTSPPort = device.Dahua, 8081, 8554
	want.Channel, want.Stream = 0, device.SubStream
	if got := f.request(t); got != want {
		t.Errorf("asked for %+v", got)
	}
}

// Two spellings of one address share a login, so both must come out the same.
func TestAddressesAreOfOneForm(t *testing.T) {
	for text, want := range map[string]string{
		"NVR-1.Local.": "nvr-1.local", "nvr_1": "nvr_1", "[2001:DB8:0::1]": "2001:db8::1", "2001:db8::1": "2001:db8::1", "::ffff:10.0.0.1": "10.0.0.1",
		"[2001:db8::1]:554": "2001:db8::1", "rtsp://nvr:554/": "nvr",
	} {
		f := newFake()
		w := call(handler(f), "POST", "/REAL_STREAM", strings.Replace(six, "10.8.30.109", text, 1))
		if w.Body.String() != liveAnswer {
			t.Errorf("%s: %s", text, w.Body)
			continue
		}
		if got := f.request(t).Target; got.Host != want || got.Port != 8000 {
			t.Errorf("%s became %s %d, want %s", text, got.Host, got.Port, want)
		}
	}
}
