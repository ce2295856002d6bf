//go:build dahuasdk && cgo && amd64 && (linux || windows)

package dhnetsdk

// #include "bridge.h"
import "C"

import (
	"time"
	"unsafe"

	"mediapusher/vendor_sdk/sdk"
)

const (
	// pageFiles is how many files are handed over at once.
	pageFiles = 64
	// mostFiles ends a search that would never end. A year of recordings of one camera in pieces of ten minutes is 53 thousand.
	mostFiles = 200_000
	// typePicture is a nRecordFileType.
	typePicture = 4
)

// Search goes through what FindFile finds; it has no limit, unlike QueryRecordFile, which ends after about ten. Between two pages other
// calls of the login have their turn.
func (d *device) Search(request sdk.SearchRequest, page func(files []sdk.File) bool) error {
	find, err := d.find(request)
	if err != nil || find == 0 {
		return err
	}
	for total := 0; err == nil && total < mostFiles; total += pageFiles {
		var files []sdk.File
		var end bool
		files, end, err = d.nextFiles(find)
		if len(files) > 0 && !page(files) || end {
			return d.closeFind(find)
		}
	}
	if err == nil {
		err = refused("CLIENT_FindNextFile", codeReturnData)
	}
	_ = d.closeFind(find) // the first error is the one to tell
	return err
}

// find begins a search. It returns 0 where there is nothing at all, which the library has several words for.
func (d *device) find(request sdk.SearchRequest) (C.dh_handle, error) {
	const call = "CLIENT_FindFile"
	if !channel(request.Channel) {
		return 0, refused(call, codeIllegalParam)
	}
	start, end := netTime(request.Start), netTime(request.End)
	d.calls.Lock()
	defer d.calls.Unlock()
	var code C.uint32_t
	handle := C.dh_find(d.library.api, d.handle, C.int32_t(request.Channel), &start, &end, searchWait, &code)
	if handle != 0 {
		return handle, nil
	}
	switch lastError(uint32(code)) {
	case codeNoRecord, codeEmptyList:
		return 0, nil
	}
	return 0, failure(call, code)
}

// nextFiles reads up to a page, and tells whether it was the last one.
func (d *device) nextFiles(find C.dh_handle) (files []sdk.File, end bool, err error) {
	d.calls.Lock()
	defer d.calls.Unlock()
	for range pageFiles {
		var found C.NET_RECORDFILE_INFO
		var code C.uint32_t
		switch C.dh_find_next(d.library.api, find, &found, &code) {
		case 1:
			if file, ok := recording(&found); ok {
				files = append(files, file)
			}
		case 0:
			return files, true, nil
		default:
			return files, false, failure("CLIENT_FindNextFile", code)
		}
	}
	return files, false, nil
}

func (d *device) closeFind(find C.dh_handle) error {
	d.calls.Lock()
	defer d.calls.Unlock()
	var code C.uint32_t
	if C.dh_find_close(d.library.api, find, &code) == 0 {
		return failure("CLIENT_FindClose", code)
	}
	return nil
}

// recording is a file of the main stream that has pictures: there are files of no length, pictures, and files of sub streams.
func recording(found *C.NET_RECORDFILE_INFO) (sdk.File, bool) {
	span := sdk.Span{Start: goTime(&found.starttime), End: goTime(&found.endtime)}
	if found.bRecType != 0 || found.nRecordFileType == typePicture || span.Start.IsZero() || !span.End.After(span.Start) {
		return sdk.File{}, false
	}
	name := C.GoBytes(unsafe.Pointer(&found.filename), C.int(len(found.filename)))
	return sdk.File{Name: text(name), Size: int64(found.size) << 10, Span: span}, true
}

func goTime(t *C.NET_TIME) time.Time {
	return moment(uint32(t.dwYear), uint32(t.dwMonth), uint32(t.dwDay), uint32(t.dwHour), uint32(t.dwMinute), uint32(t.dwSecond))
}

// netTime has whole seconds; fractions are cut off.
func netTime(t time.Time) C.NET_TIME {
	return C.NET_TIME{
		dwYear: C.uint32_t(t.Year()), dwMonth: C.uint32_t(t.Month()), dwDay: C.uint32_t(t.Day()),
		dwHour: C.uint32_t(t.Hour()), dwMinute: C.uint32_t(t.Minute()), dwSecond: C.uint32_t(t.Second()),
	}
}
