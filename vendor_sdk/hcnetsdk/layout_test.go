package hcnetsdk_test

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// sizes are the tables of the maker's guides and headers, on Linux and on Windows: a second witness beside layout.h.
var sizes = map[string][2]int{
	"NET_DVR_USER_LOGIN_INFO": {416, 416}, "NET_DVR_DEVICEINFO_V30": {80, 80}, "NET_DVR_DEVICEINFO_V40": {344, 344},
	"NET_DVR_PREVIEWINFO": {280, 288}, "NET_DVR_VOD_PARA": {160, 168},
	"NET_DVR_TIME": {24, 24}, "NET_DVR_TIME_SEARCH": {12, 12}, "NET_DVR_TIME_SEARCH_COND": {12, 12}, "NET_DVR_STREAM_INFO": {72, 72},
	"NET_DVR_FILECOND_V40": {160, 160}, "NET_DVR_FILECOND_V50": {424, 424},
	"NET_DVR_FINDDATA_V40": {320, 320}, "NET_DVR_FINDDATA_V50": {572, 572},
	"NET_DVR_LOCAL_SDK_PATH": {384, 384}, "NET_DVR_LOCAL_STREAM_CALLBACK_CFG": {256, 256}, "NET_DVR_LOCAL_GENERAL_CFG": {256, 256},
	"NET_DVR_LOCAL_CHECK_DEV": {264, 264},
}

// offsets on both systems, with the sizes of the fields.
var offsets = map[string]string{
	"NET_DVR_LOCAL_SDK_PATH":            "sPath 0 256",
	"NET_DVR_LOCAL_STREAM_CALLBACK_CFG": "byPlayBackEndFlag 0 1, byPlayBackNewPos 1 1",
	"NET_DVR_LOCAL_GENERAL_CFG":         "byExceptionCbDirectly 0 1",
	"NET_DVR_LOCAL_CHECK_DEV":           "dwCheckOnlineTimeout 0 4, dwCheckOnlineNetFailMax 4 4",
	"NET_DVR_USER_LOGIN_INFO": "sDeviceAddress 0 129, byUseTransport 129 1, wPort 130 2, sUserName 132 64, sPassword 196 64, " +
		"cbLoginResult 264 8, pUser 272 8, bUseAsynLogin 280 4, byProxyType 284 1, byUseUTCTime 285 1, byLoginMode 286 1, byHttps 287 1, " +
		"iProxyID 288 4, byVerifyMode 292 1",
	"NET_DVR_DEVICEINFO_V30": "sSerialNumber 0 48, byChanNum 52 1, byStartChan 53 1, byIPChanNum 55 1, wDevType 62 2, byStartDChan 66 1, " +
		"byHighDChanNum 68 1",
	"NET_DVR_DEVICEINFO_V40": "struDeviceV30 0 80, bySupportLock 80 1, byRetryLoginTime 81 1, dwSurplusLockTime 84 4, byCharEncodeType 88 1",
	"NET_DVR_TIME":           "dwYear 0 4, dwMonth 4 4, dwDay 8 4, dwHour 12 4, dwMinute 16 4, dwSecond 20 4",
	"NET_DVR_TIME_SEARCH": "wYear 0 2, byMonth 2 1, byDay 3 1, byHour 4 1, byMinute 5 1, bySecond 6 1, cTimeDifferenceH 7 1, " +
		"cTimeDifferenceM 8 1, byLocalOrUTC 9 1, wMillisecond 10 2",
	"NET_DVR_TIME_SEARCH_COND": "wYear 0 2, byMonth 2 1, byDay 3 1, byHour 4 1, byMinute 5 1, bySecond 6 1, byLocalOrUTC 7 1, " +
		"wMillisecond 8 2, cTimeDifferenceH 10 1, cTimeDifferenceM 11 1",
	"NET_DVR_STREAM_INFO": "dwSize 0 4, byID 4 32, dwChannel 36 4",
	"NET_DVR_FILECOND_V40": "lChannel 0 4, dwFileType 4 4, dwIsLocked 8 4, dwUseCardNo 12 4, sCardNumber 16 32, struStartTime 48 24, " +
		"struStopTime 72 24, byStreamType 128 1",
	"NET_DVR_FILECOND_V50": "struStreamID 0 72, struStartTime 72 12, struStopTime 84 12, byFindType 96 1, byStreamType 99 1, " +
		"dwFileType 100 4, byIsLocked 108 1, byNeedCard 109 1, dwTimeout 168 4",
	"NET_DVR_FINDDATA_V40": "sFileName 0 100, struStartTime 100 24, struStopTime 124 24, dwFileSize 148 4",
	"NET_DVR_FINDDATA_V50": "sFileName 0 100, struStartTime 100 12, struStopTime 112 12, struAddr 124 148, dwFileSize 272 4, " +
		"dwTotalLenH 316 4, dwTotalLenL 320 4, byBigFileType 324 1",
}

// The two structs with a window: offset on Linux, offset on Windows, size on Linux, size on Windows.
var windowed = map[string]string{
	"NET_DVR_PREVIEWINFO": "lChannel 0 0 4 4, dwStreamType 4 4 4 4, dwLinkMode 8 8 4 4, hPlayWnd 12 16 4 8, bBlocked 16 24 4 4, " +
		"bPassbackRecord 20 28 4 4, byPreviewMode 24 32 1 1, byStreamID 25 33 32 32, byProtoType 57 65 1 1, byVideoCodingType 59 67 1 1, " +
		"dwDisplayBufNum 60 68 4 4, byNPQMode 64 72 1 1, byRecvMetaData 65 73 1 1, byDataType 66 74 1 1, byReconnect 67 75 1 1",
	"NET_DVR_VOD_PARA": "dwSize 0 0 4 4, struIDInfo 4 4 72 72, struBeginTime 76 76 24 24, struEndTime 100 100 24 24, hWnd 124 128 4 8, " +
		"byDrawFrame 128 136 1 1, byStreamType 131 139 1 1, dwFileIndex 132 140 4 4, byOptimalStreamType 139 147 1 1",
}

// wanted returns "struct.field" or "struct" with its numbers as layout.h has them.
func wanted(t *testing.T) map[string]string {
	t.Helper()
	all := make(map[string]string)
	for name, size := range sizes {
		all[name] = fmt.Sprintf("%d %d", size[0], size[1])
	}
	for name, list := range windowed {
		for field := range strings.SplitSeq(list, ", ") {
			key, numbers, _ := strings.Cut(field, " ")
			all[name+"."+key] = numbers
		}
	}
	for name, list := range offsets {
		for field := range strings.SplitSeq(list, ", ") {
			parts := strings.Fields(field)
			all[name+"."+parts[0]] = strings.Join([]string{parts[1], parts[1], parts[2], parts[2]}, " ")
		}
	}
	return all
}

func TestLayoutTableIsTheMakers(t *testing.T) {
	table, err := os.ReadFile("layout.h")
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[string]string)
	for _, m := range regexp.MustCompile(`(?m)^LAYOUT_(STRUCT|FIELD|NEWER)\(([^)]*)\)$`).FindAllStringSubmatch(string(table), -1) {
		parts := strings.Split(m[2], ", ")
		key, numbers := parts[0], parts[1:]
		if m[1] != "STRUCT" {
			key, numbers = parts[0]+"."+parts[1], parts[2:]
		}
		got[key] = strings.Join(numbers, " ")
	}
	want := wanted(t)
	for key := range maps.Keys(want) {
		if got[key] != want[key] {
			t.Errorf("%s: layout.h says %q, want %q", key, got[key], want[key])
		}
	}
	for key := range maps.Keys(got) {
		if _, ok := want[key]; !ok {
			t.Errorf("%s is in layout.h only", key)
		}
	}
}

// The compilers measure the structs of structs.h, and refuse where an assert of it does not hold.
func TestStructsHaveTheLayout(t *testing.T) {
	for system, compiler := range map[string]string{"linux": "gcc", "windows": "x86_64-w64-mingw32-gcc"} {
		t.Run(system, func(t *testing.T) {
			path := compilerPath(t, compiler)
			column := 0
			if system == "windows" {
				column = 1
			}
			var source strings.Builder
			source.WriteString("#include \"structs.h\"\n")
			for key, numbers := range wanted(t) {
				n := strings.Fields(numbers)
				name, field, isField := strings.Cut(key, ".")
				if !isField {
					fmt.Fprintf(&source, "_Static_assert(sizeof(%s) == %s, \"\");\n", name, n[column])
					continue
				}
				fmt.Fprintf(&source, "_Static_assert(offsetof(%s, %s) == %s, \"\");\n", name, field, n[column])
				fmt.Fprintf(&source, "_Static_assert(sizeof(((%s *)0)->%s) == %s, \"\");\n", name, field, n[column+2])
			}
			compile := exec.Command(path, "-x", "c", "-std=gnu11", "-fsyntax-only", "-I", ".", "-")
			compile.Stdin = strings.NewReader(source.String())
			if out, err := compile.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

// A wrong number in the table must not compile: the asserts are alive.
func TestStructsRefuseAnotherLayout(t *testing.T) {
	path := compilerPath(t, "gcc")
	directory := t.TempDir()
	structs, err := os.ReadFile("structs.h")
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range []string{
		"LAYOUT_STRUCT(NET_DVR_TIME, 25, 25)",
		"LAYOUT_FIELD(NET_DVR_TIME, dwMonth, 8, 8, 4, 4)",
		"LAYOUT_FIELD(NET_DVR_TIME, dwMonth, 4, 4, 2, 2)",
	} {
		t.Run(strconv.Itoa(i), func(t *testing.T) {
			for name, text := range map[string]string{"structs.h": string(structs), "layout.h": line + "\n"} {
				if err := os.WriteFile(directory+"/"+name, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			compile := exec.Command(path, "-x", "c", "-std=gnu11", "-fsyntax-only", directory+"/structs.h")
			if err := compile.Run(); err == nil {
				t.Errorf("%s compiles", line)
			}
		})
	}
}

// compilerPath finds a compiler, and ends the test where there is none.
func compilerPath(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err == nil {
		return path
	}
	if os.Getenv("MEDIAPUSHER_E2E") == "require" {
		t.Fatal(err)
	}
	t.Skip("no " + name)
	return ""
}
