package dahua_test

import (
	"crypto/md5"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"mediapusher/dahua"
	"mediapusher/internal/device"
	"mediapusher/internal/netway"
	"mediapusher/playback"
)

const fakePassword = "secret-of-the-fake"

// fake is a recorder's HTTP side. What is set before it is asked decides what it does.
type fake struct {
	channels int
	// base is the number of the first channel in a query by CGI, answers that in items.
	base, answers int
	files         map[int][]fakeFile // by channel, counted from 0
	// lines writes an item's lines, nil for the usual ones; limit is how many items a page has at most.
	lines func(n, channel int, f fakeFile) string
	limit int
	// create, find and end are what these steps answer: "" for what is right, "404" for a status, or a body. all lets 0 mean all channels.
	create, find, end string
	first             string // what findNextFile answers to the first page
	repeat            bool   // the first page comes for ever
	// noRPC answers 404 to RPC2, rpcLogin refuses its login with a code, rpc overrides the answer to a method.
	noRPC    bool
	rpcLogin int
	rpc      func(method string, params map[string]any) (answer string, ok bool)
	// move answers ptz.cgi; nil takes every movement of channels from 1.
	move func(query url.Values) (status int, body string)
	// before is called with each request that has credentials.
	before func(name string)

	mu      sync.Mutex
	log     []string
	open    map[string]*handle
	next    int
	session map[string]bool
	logins  int
}

type fakeFile struct{ path, start, end, kind, stream string }

type handle struct {
	channel, at int
}

func (f *fake) entries(prefix string) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var all []string
	for _, entry := range f.log {
		if strings.HasPrefix(entry, prefix) {
			all = append(all, entry)
		}
	}
	return all
}

// left is how many handles and sessions were not given back.
func (f *fake) left() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.open) + len(f.session)
}

func (f *fake) endSessions() {
	f.mu.Lock()
	defer f.mu.Unlock()
	clear(f.session)
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	if strings.HasPrefix(r.URL.Path, "/RPC2") {
		f.serveRPC(w, r, body)
		return
	}
	if r.Header.Get("Authorization") == "" {
		w.Header().Set("WWW-Authenticate", `Digest realm="Login to fake", nonce="n", qop="auth"`)
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	query := r.URL.Query()
	page, action := strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, "/cgi-bin/"), ".cgi"), query.Get("action")
	if f.before != nil {
		f.before(page + " " + action)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.log = append(f.log, page+" "+r.URL.RawQuery)
	switch page {
	case "magicBox":
		fmt.Fprint(w, "deviceType=NVR\r\nserialNumber=4K0123\r\n")
	case "configManager":
		for i := range f.channels {
			fmt.Fprintf(w, "table.ChannelTitle[%d].Name=c\r\n", i)
		}
	case "mediaFileFind":
		f.findFiles(w, action, query)
	case "ptz":
		status, answer := http.StatusOK, "OK\r\n"
		if f.move != nil {
			status, answer = f.move(query)
		} else if n, _ := strconv.Atoi(query.Get("channel")); n < 1 || n > f.channels {
			status, answer = http.StatusBadRequest, "Error\r\nBad Request!\r\n"
		}
		w.WriteHeader(status)
		fmt.Fprint(w, answer)
	default:
		http.NotFound(w, r)
	}
}

// told answers what a test wants a step to answer, if it wants something.
func told(w http.ResponseWriter, want string) bool {
	if status, err := strconv.Atoi(want); err == nil {
		w.WriteHeader(status)
		fmt.Fprint(w, "Error\r\nBad Request!\r\n")
	} else {
		fmt.Fprint(w, want)
	}
	return want != ""
}

func (f *fake) findFiles(w http.ResponseWriter, action string, query url.Values) {
	object := query.Get("object")
	one := f.open[object]
	switch {
	case action == "factory.create":
		if !told(w, f.create) {
			fmt.Fprintf(w, "result=%s\r\n", f.newHandle())
		}
	case one == nil:
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, "Error\r\nErrorID=2, Detail=Invalid Request!\r\n")
	case action == "findFile":
		if !told(w, f.find) {
			asked, _ := strconv.Atoi(query.Get("condition.Channel"))
			one.channel = asked - f.base
			fmt.Fprint(w, "OK\r\n")
		}
	case action == "findNextFile":
		if one.at == 0 && told(w, f.first) {
			return
		}
		page, last := f.page(one, query.Get("count"))
		if last && told(w, f.end) {
			return
		}
		fmt.Fprintf(w, "found=%d\r\n", len(page))
		for n, file := range page {
			if f.lines != nil {
				fmt.Fprint(w, f.lines(n, one.channel, file))
				continue
			}
			fmt.Fprintf(w, "items[%d].Channel=%d\r\nitems[%d].EndTime=%s\r\nitems[%d].StartTime=%s\r\nitems[%d].FilePath=%s\r\nitems[%d].Length=1000\r\n"+
				"items[%d].Type=%s\r\nitems[%d].VideoStream=%s\r\n",
				n, one.channel+f.answers, n, file.end, n, file.start, n, file.path, n, n, file.kind, n, file.stream)
		}
	case action == "close":
		fmt.Fprint(w, "OK\r\n")
	case action == "destroy":
		delete(f.open, object)
		fmt.Fprint(w, "OK\r\n")
	default:
		w.WriteHeader(http.StatusBadRequest)
	}
}

func (f *fake) newHandle() string {
	if f.open == nil {
		f.open = map[string]*handle{}
	}
	f.next++
	number := strconv.Itoa(700 + f.next)
	f.open[number] = &handle{}
	return number
}

func (f *fake) page(one *handle, count string) (page []fakeFile, last bool) {
	n, _ := strconv.Atoi(count)
	if f.limit > 0 {
		n = min(n, f.limit)
	}
	all := f.files[one.channel]
	from := min(one.at, len(all))
	page = all[from:min(from+n, len(all))]
	if !f.repeat {
		one.at = from + len(page)
	}
	return page, len(page) == 0
}

// serveRPC speaks RPC2, whose login is no HTTP digest.
func (f *fake) serveRPC(w http.ResponseWriter, r *http.Request, body []byte) {
	if f.noRPC {
		http.NotFound(w, r)
		return
	}
	var got struct {
		Method          string
		Params          map[string]any
		Session, Object any
	}
	_ = json.Unmarshal(body, &got)
	if f.before != nil {
		f.before("rpc " + got.Method)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	in, object := fmt.Sprint(got.Session), fmt.Sprint(got.Object)
	written, _ := json.Marshal(got.Params)
	f.log = append(f.log, "rpc "+got.Method+" "+string(written))
	if r.URL.Path == "/RPC2_Login" {
		f.rpcLogIn(w, in, got.Params)
		return
	}
	if !f.session[in] {
		fmt.Fprint(w, `{"error":{"code":287637505,"message":"Invalid session in request data!"},"result":false}`)
		return
	}
	if f.rpc != nil {
		if answer, ok := f.rpc(got.Method, got.Params); ok {
			fmt.Fprint(w, answer)
			return
		}
	}
	fmt.Fprint(w, f.rpcAnswer(got.Method, in, object, got.Params))
}

func (f *fake) rpcAnswer(method, in, object string, params map[string]any) string {
	one := f.open[object]
	switch method {
	case "global.logout":
		delete(f.session, in)
	case "mediaFileFind.factory.create":
		return fmt.Sprintf(`{"result":%s}`, f.newHandle())
	case "mediaFileFind.findFile":
		condition, _ := params["condition"].(map[string]any)
		channel, _ := condition["Channel"].(float64)
		one.channel = int(channel)
	case "mediaFileFind.findNextFile":
		page, _ := f.page(one, fmt.Sprint(params["count"]))
		var infos []map[string]any
		for _, file := range page {
			infos = append(infos, map[string]any{
				"Channel": one.channel, "StartTime": file.start, "EndTime": file.end, "FilePath": file.path, "Length": 1000, "Type": "dav",
			})
		}
		written, _ := json.Marshal(map[string]any{"result": true, "params": map[string]any{"found": len(page), "infos": infos}})
		return string(written)
	case "mediaFileFind.destroy":
		delete(f.open, object)
	case "ptz.factory.instance":
		return `{"result":12345}`
	}
	return `{"result":true,"params":null}`
}

func (f *fake) rpcLogIn(w io.Writer, in string, params map[string]any) {
	if params["password"] == "" {
		fmt.Fprint(w, `{"error":{"code":268632079,"message":"Component error: login challenge!"},"id":1,`+
			`"params":{"encryption":"Default","random":"1234","realm":"Login to fake"},"result":false,"session":"s-1"}`)
		return
	}
	f.logins++
	want := upper("admin:1234:" + upper("admin:Login to fake:"+fakePassword))
	if f.rpcLogin != 0 || params["password"] != want || in != "s-1" {
		fmt.Fprintf(w, `{"error":{"code":%d,"message":"refused"},"params":{"remainLoginTimes":4,"remainLockSecond":%d},"result":false}`,
			f.rpcLogin, map[bool]int{true: 600}[f.rpcLogin == 268632081])
		return
	}
	if f.session == nil {
		f.session = map[string]bool{}
	}
	number := strconv.Itoa(9000 + f.logins)
	f.session[number] = true
	fmt.Fprintf(w, `{"id":2,"params":{"keepAliveInterval":2},"result":true,"session":%s}`, number)
}

func upper(text string) string { return fmt.Sprintf("%X", md5.Sum([]byte(text))) }

// start serves a fake and opens it with a driver, which may be nil.
func (f *fake) start(t *testing.T, driver device.Driver) device.Device {
	t.Helper()
	if driver == nil {
		driver = dahua.New(netway.Config{Timeout: 10 * time.Second})
	}
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	address, _ := url.Parse(server.URL)
	port, _ := strconv.Atoi(address.Port())
	opened, err := driver.Open(t.Context(), device.Target{
		Vendor: device.Dahua, Host: "127.0.0.1", Port: 37777, HTTPPort: port, RTSPPort: 1, User: "admin", Password: device.NewSecret(fakePassword),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = opened.Close() })
	return opened
}

// recorded makes n files of a minute for a channel, from noon on.
func recorded(channel, n int) []fakeFile {
	var all []fakeFile
	noon := time.Date(2016, 7, 20, 12, 0, 0, 0, time.UTC)
	for i := range n {
		start, end := noon.Add(time.Duration(i)*time.Minute), noon.Add(time.Duration(i+1)*time.Minute)
		all = append(all, fakeFile{
			path: fmt.Sprintf("/mnt/dvr/2016-07-20/%d/dav/12/%s-%s[R][0@0][%d].dav",
				channel, start.Format("15.04.05"), end.Format("15.04.05"), i),
			start: playback.FormatTime(start), end: playback.FormatTime(end), kind: "dav", stream: "Main",
		})
	}
	return all
}

func bare(files []fakeFile) []fakeFile {
	files = slices.Clone(files)
	for i := range files {
		files[i].path = ""
	}
	return files
}
