package config_test

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"mediapusher/internal/config"
)

const example = "../../mediapusher.example.yml"

func TestNoConfiguration(t *testing.T) {
	got, err := config.Load("", nil)
	if err != nil || !reflect.DeepEqual(got, config.Default()) {
		t.Errorf("%+v, %v; want the defaults", got, err)
	}
}

func TestExampleEqualsDefaults(t *testing.T) {
	got, err := config.Load(example, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := config.Default()
	// An empty list in the file is no list.
	got.API.Origins, got.AllowDevices, got.Devices = none(got.API.Origins), none(got.AllowDevices), none(got.Devices)
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the example is\n%+v\nbut the defaults are\n%+v", got, want)
	}
}

func none[S ~[]E, E any](list S) S {
	if len(list) == 0 {
		return nil
	}
	return list
}

// Every key stands in the example: the file holds it on a line of its own, at the depth it has.
func TestExampleNamesEveryKey(t *testing.T) {
	text := readFile(t, example)
	for _, key := range keys(reflect.TypeFor[config.Config](), "") {
		parts := strings.Split(key, ".")
		line := strings.Repeat("  ", len(parts)-1) + parts[len(parts)-1] + ":"
		if !strings.Contains("\n"+text, "\n"+line) {
			t.Errorf("the example does not name %s", key)
		}
	}
	devices := exampleDevices(text)
	for _, key := range keys(reflect.TypeFor[config.Device](), "") {
		if !regexp.MustCompile(`(?m)^(  - |    )` + key + `:`).MatchString(devices) {
			t.Errorf("the example does not name devices[].%s", key)
		}
	}
	if got, err := config.Load(writeFile(t, devices), nil); err != nil || len(got.Devices) != 1 {
		t.Errorf("the devices of the example: %+v, %v", got.Devices, err)
	}
}

func exampleDevices(text string) string {
	_, commented, _ := strings.Cut(text, "\n# devices:\n")
	var lines []string
	for line := range strings.Lines("# devices:\n" + commented) {
		lines = append(lines, strings.TrimPrefix(line, "# "))
	}
	return strings.Join(lines, "")
}

// keys lists the leaves of a structure by their YAML names.
func keys(t reflect.Type, prefix string) []string {
	var list []string
	for field := range t.Fields() {
		name := prefix + field.Tag.Get("yaml")
		if field.Tag.Get("envPrefix") != "" {
			list = append(list, keys(field.Type, name+".")...)
			continue
		}
		list = append(list, name)
	}
	return list
}

// otherValues holds another value than the default for each key, as the environment has it.
var otherValues = map[string]string{
	"api.listen": ":1, :2", "api.token": "t", "api.origins": "http://a,http://b", "api.trust_forwarded_host": "true",
	"admin.listen": "127.0.0.1:3", "admin.token": "u", "rtmp.publish_url": "rtmp://h/a/{stream}", "rtmp.play_url": "rtmp://p/{stream}",
	"rtmp.hevc": "none", "srs.api_url": "http://h:1985", "flv_url": "none", "hls_url": "none", "webrtc_url": "none", "embedded.rtmp_listen": ":4",
	"embedded.http_listen": ":5", "heartbeat.interval": "1s", "heartbeat.grace": "2s", "start_timeout": "3s", "search_timeout": "4s",
	"source_timeout": "6s", "playback.stop_at_end_time": "true", "data_dir": "/srv/data", "audio.other": "drop",
	"login.cool_down": "1m", "sdk.hikvision": "/opt/hik", "sdk.dahua": "/opt/dahua", "sdk.max_memory": "512", "log.level": "debug", "log.format": "json", "log.file": "/srv/x.log", "log.max_size": "7", "log.max_files": "2", "allow_devices": "10.0.0.0/8,::1",
}

// Every leaf but devices has a variable, and it is the key in capitals.
func TestEveryKeyHasItsVariable(t *testing.T) {
	var environ []string
	for _, key := range keys(reflect.TypeFor[config.Config](), "") {
		if key == "devices" {
			continue
		}
		value, found := otherValues[key]
		if !found {
			t.Fatalf("this test has no value for %s", key)
		}
		environ = append(environ, "MEDIAPUSHER_"+strings.ToUpper(strings.ReplaceAll(key, ".", "_"))+"="+value)
	}
	got, err := config.Load("", append(environ, "OTHER_LOG_LEVEL=nonsense", "MEDIAPUSHER_SERVICE_HOST=10.0.0.1",
		"MEDIAPUSHER_PORT_8090_TCP=tcp://10.0.0.1:8090", "MEDIAPUSHER_PORT=tcp://10.0.0.1:8090", "MEDIAPUSHER_E2E=require", "MEDIAPUSHER_FAKE_SDK=bin", "MEDIAPUSHER_SCREENSHOTS=docs"))
	if err != nil {
		t.Fatal(err)
	}
	same, defaults := reflect.ValueOf(got), reflect.ValueOf(config.Default())
	for i := range same.NumField() {
		if name := same.Type().Field(i).Name; name != "Devices" && reflect.DeepEqual(same.Field(i).Interface(), defaults.Field(i).Interface()) {
			t.Errorf("%s kept its default", name)
		}
	}
	if !slices.Equal(got.API.Listen, config.Addresses{":1", ":2"}) || got.API.Token.Reveal() != "t" || len(got.AllowDevices) != 2 ||
		got.RTMP.PublishURL.Reveal() != "rtmp://h/a/{stream}" || got.Heartbeat.Grace != 2*time.Second || !got.API.TrustForwardedHost {
		t.Errorf("the environment gave %+v", got)
	}
}

func TestEnvironmentWinsOverFile(t *testing.T) {
	file := writeFile(t, "log:\n  level: warn\nheartbeat:\n  grace: 5s\n")
	got, err := config.Load(file, []string{"MEDIAPUSHER_LOG_LEVEL=debug"})
	if err != nil || got.Log.Level != "debug" || got.Heartbeat.Grace != 5*time.Second || got.Heartbeat.Interval != 20*time.Second {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestThreeLinesAreEnough(t *testing.T) {
	got, err := config.Load(writeFile(t, "rtmp:\n  publish_url: rtmp://10.8.30.5/live/{stream}?secret=x\nallow_devices: 10.8.0.0/16\n"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if urls := got.URLs(); urls.RTMP != "rtmp://10.8.30.5/live/{stream}" {
		t.Errorf("addresses %+v", urls)
	}
}

func TestListsMayBeSingle(t *testing.T) {
	for text, want := range map[string]config.Addresses{
		"api:\n  listen: 127.0.0.1:1\n":                 {"127.0.0.1:1"},
		"api:\n  listen: [\":1\", \"127.0.0.1:2\"]\n":   {":1", "127.0.0.1:2"},
		"api:\n  listen:\n    - \":1\"\n    - \":2\"\n": {":1", ":2"},
	} {
		if got, err := config.Load(writeFile(t, text), nil); err != nil || !slices.Equal(got.API.Listen, want) {
			t.Errorf("%s: %q, %v", text, got.API.Listen, err)
		}
	}
}

// A section without keys, as one that was commented out, keeps its defaults.
func TestEmptyPartsKeepDefaults(t *testing.T) {
	for _, text := range []string{"", "# nothing\n", "---\n", "api:\nheartbeat:\n  # interval: 1s\n"} {
		if got, err := config.Load(writeFile(t, text), nil); err != nil || !reflect.DeepEqual(got, config.Default()) {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
}

// What YAML takes for a number is a password all the same.
func TestSecretsOfDigits(t *testing.T) {
	got, err := config.Load(writeFile(t, "api:\n  token: 0123456 # ours\nadmin:\n  # theirs\n  token: 1e3\n  # end\n"), nil)
	if empty, err := config.Load(writeFile(t, "api:\n  token:\n"), nil); err != nil || empty.API.Token.Reveal() != "" {
		t.Errorf("no token is %q, %v", empty.API.Token.Reveal(), err)
	}
	if err != nil || got.API.Token.Reveal() != "0123456" || got.Admin.Token.Reveal() != "1e3" {
		t.Errorf("tokens %q and %q, %v", got.API.Token.Reveal(), got.Admin.Token.Reveal(), err)
	}
}

func TestMissingFile(t *testing.T) {
	if _, err := config.Load(filepath.Join(t.TempDir(), "none.yml"), nil); err == nil || !strings.Contains(err.Error(), "none.yml") {
		t.Errorf("error %v", err)
	}
}

// Each file in testdata is wrong in one way; its first line is what the error must say.
func TestBadFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/*.yml")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		first, _, _ := strings.Cut(readFile(t, file), "\n")
		want := strings.TrimPrefix(first, "# ")
		_, err := config.Load(file, nil)
		switch {
		case err == nil:
			t.Errorf("%s was accepted", file)
		case !strings.Contains(err.Error(), want):
			t.Errorf("%s: error\n  %v\nwant\n  %s", file, err, want)
		case strings.Contains(err.Error(), "hush"):
			t.Errorf("%s: the error holds a secret: %v", file, err)
		}
	}
}

func TestBadEnvironment(t *testing.T) {
	for line, want := range map[string]string{
		"MEDIAPUSHER_HEARTBEAT_GRACE=soon":        "MEDIAPUSHER_HEARTBEAT_GRACE: unable to parse duration",
		"MEDIAPUSHER_ALLOW_DEVICES=here":          "MEDIAPUSHER_ALLOW_DEVICES: ",
		"MEDIAPUSHER_LOG_LEVEL=loud":              "log.level",
		"MEDIAPUSHER_RTMP_PUBLISH_URL=hush":       "rtmp.publish_url",
		"MEDIAPUSHER_API_TOKEN=hush hush":         "api.token",
		"MEDIAPUSHER_API_TRUST_FORWARDED_HOST=so": "MEDIAPUSHER_API_TRUST_FORWARDED_HOST: ",
		"MEDIAPUSHER_API_LISTN=hush":              "MEDIAPUSHER_API_LISTN: there is no such setting",
		"MEDIAPUSHER_DEVICES=hush":                "MEDIAPUSHER_DEVICES: there is no such setting",
		"MEDIAPUSHER_=hush":                       "MEDIAPUSHER_: there is no such setting",
	} {
		if _, err := config.Load("", []string{line}); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: error %v, want %s", line, err, want)
		}
	}
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func writeFile(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "test.yml")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// All that is wrong is told at once, with its place; what one wrong entry hides is told with the next reading.
func TestAllErrorsAtOnce(t *testing.T) {
	file := writeFile(t, `api:
  listen: here
  tokn: hush
heartbeat:
  interval: soon
  grace: 2h
devices:
  - adress: 10.0.0.1
    max_live: 3
  - address: nvr
log:
  level: loud
nonsense:
  a: 1
  b: [2]
source_timeout: 0s
`)
	_, err := config.Load(file, []string{"MEDIAPUSHER_SEARCH_TIMEOUT=1ns", "MEDIAPUSHER_START_TIMEOUT=soon", "MEDIAPUSHER_WHAT=1"})
	if err == nil {
		t.Fatal("it was accepted")
	}
	for _, want := range []string{
		`[3:3] unknown field "tokn"`, `[5:13] heartbeat.interval: "soon"`, `[8:5] unknown field "adress"`, `[13:1] unknown field "nonsense"`,
		`[12:10] log.level: "loud"`, `[16:17] source_timeout: "0s"`, "environment: MEDIAPUSHER_SEARCH_TIMEOUT: search_timeout: \"1ns\"",
		"environment: MEDIAPUSHER_START_TIMEOUT: unable to parse", "environment: MEDIAPUSHER_WHAT: there is no such setting",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%s is not told", want)
		}
	}
	if lines := strings.Split(err.Error(), "\n"); len(lines) != 9 || strings.Contains(err.Error(), "hush") {
		t.Errorf("%d lines:\n%v", len(lines), err)
	}
}

// Every key of the example is explained in both languages: in the comment above it, or above the first of a group of keys that stand
// without comments between them.
func TestExampleExplainsInBothLanguages(t *testing.T) {
	text := readFile(t, example)
	head, commented, _ := strings.Cut(text, "\n# devices:\n")
	for _, part := range []string{head, exampleDevicesOf(commented)} {
		var comment string
		fresh := false // the comment belongs to the next key
		for line := range strings.Lines(part) {
			trimmed := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line), "- "))
			switch {
			case trimmed == "":
				comment = ""
			case strings.HasPrefix(trimmed, "#"):
				if !fresh {
					comment = ""
				}
				comment, fresh = comment+trimmed, true
			default:
				name, _, _ := strings.Cut(trimmed, ":")
				if !regexp.MustCompile(`[a-z]{3}`).MatchString(comment) || !regexp.MustCompile(`\p{Han}`).MatchString(comment) {
					t.Errorf("%s is not explained in both languages: %s", name, comment)
				}
				fresh = false
			}
		}
	}
}

func exampleDevicesOf(commented string) string {
	return strings.TrimPrefix(exampleDevices("\n# devices:\n"+commented), "devices:\n")
}

// A port that is listened on at every address is free at none.
func TestListenersApart(t *testing.T) {
	for text, want := range map[string]string{
		"api:\n  listen: [\":8090\", \":8091\"]\n":                                                         `admin.listen: "127.0.0.1:8091" is taken by api.listen[1]`,
		"api:\n  listen: 127.0.0.1:8091\n":                                                                 `admin.listen: "127.0.0.1:8091" is taken by api.listen`,
		"admin:\n  listen: 127.0.0.1:8080\n":                                                               `embedded.http_listen: ":8080" is taken by admin.listen`,
		"admin:\n  listen: 127.0.0.1:8080\nrtmp:\n  publish_url: rtmp://192.0.2.5/live/{stream}\n":         "",
		"api:\n  listen: [\"192.0.2.2:8091\", \"192.0.2.3:8091\"]\n":                                       "",
		"api:\n  listen: [\":0\", \":0\"]\nadmin:\n  listen: 127.0.0.1:0\n":                                "",
		"api:\n  listen: [\":8090\", \":8091\"]\nadmin:\n  listen: 127.0.0.1:8093\n# as the guide says it": "",
	} {
		_, err := config.Load(writeFile(t, text), nil)
		if (want == "") != (err == nil) || (err != nil && !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}
