//go:build hiksdk && cgo && amd64 && (linux || windows)

package hcnetsdk

// #include "calls.h"
import "C"

import (
	"errors"
	"time"
	"unsafe"

	"mediapusher/vendor_sdk/sdk"
)

// What NET_DVR_FindNextFile returns.
const (
	statusFile    = 1000
	statusNone    = 1001
	statusBusy    = 1002
	statusEnd     = 1003
	statusTimeout = 1005
)

const (
	// findWait is the pause before a recorder that still searches is asked again, and findLimit how long it may search.
	findWait  = 10 * time.Millisecond
	findLimit = 60 * time.Second
	// all stands for any kind of file, and for locked and unlocked ones.
	all = 0xff
)

// find makes one search. V50 knows files above 4 GiB; a recorder or a library that does not know it is asked by V40.
func (d *device) find(request sdk.SearchRequest, to *collector) error {
	if d.functions["FindFile_V50"] != nil && d.functions["FindNextFile_V50"] != nil {
		err := d.findV50(request, to)
		var refused *sdk.Error
		if !errors.As(err, &refused) || refused.Code != codeUnsupported || to.count > 0 {
			return err
		}
	}
	return d.findV40(request, to)
}

func (d *device) findV50(request sdk.SearchRequest, to *collector) error {
	condition := C.NET_DVR_FILECOND_V50{
		struStreamID:  C.NET_DVR_STREAM_INFO{dwSize: C.sizeof_NET_DVR_STREAM_INFO, dwChannel: C.uint32_t(request.Channel)},
		struStartTime: conditionOf(request.Start), struStopTime: conditionOf(request.End),
		dwFileType: all, byIsLocked: all,
	}
	var file C.NET_DVR_FINDDATA_V50
	return d.findBy("V50", unsafe.Pointer(&condition), unsafe.Pointer(&file), func() bool {
		size := int64(file.dwFileSize)
		if file.byBigFileType == 1 {
			size = int64(uint64(file.dwTotalLenH)<<32 | uint64(file.dwTotalLenL))
		}
		return to.add(sdk.File{
			Name: d.names.text(bytesOf(file.sFileName[:])), Size: max(size, 0),
			Span: sdk.Span{Start: readFound(file.struStartTime), End: readFound(file.struStopTime)},
		})
	})
}

func (d *device) findV40(request sdk.SearchRequest, to *collector) error {
	condition := C.NET_DVR_FILECOND_V40{
		lChannel: C.int32_t(request.Channel), dwFileType: all, dwIsLocked: all,
		struStartTime: timeOf(request.Start), struStopTime: timeOf(request.End),
	}
	var file C.NET_DVR_FINDDATA_V40
	return d.findBy("V40", unsafe.Pointer(&condition), unsafe.Pointer(&file), func() bool {
		return to.add(sdk.File{
			Name: d.names.text(bytesOf(file.sFileName[:])), Size: int64(file.dwFileSize),
			Span: sdk.Span{Start: read(file.struStartTime), End: read(file.struStopTime)},
		})
	})
}

// findBy opens a search, takes its files one by one until add returns false, and closes it.
func (d *device) findBy(version string, condition, file unsafe.Pointer, add func() bool) error {
	var search C.int32_t
	err := d.call("FindFile_"+version, func(f unsafe.Pointer) bool {
		search = C.hik_find(f, d.user, condition)
		return search >= 0
	})
	if err != nil {
		return err
	}
	err = d.findAll("FindNextFile_"+version, search, file, add)
	closed := d.call("FindClose_V30", func(f unsafe.Pointer) bool { return C.hik_handle(f, search) != 0 })
	if err != nil {
		return err
	}
	return closed
}

func (d *device) findAll(name string, search C.int32_t, file unsafe.Pointer, add func() bool) error {
	for asked := time.Now(); ; {
		var status C.int32_t
		// The statuses of a search that has failed are no success of the call: the number of the error is read with them.
		err := d.call(name, func(f unsafe.Pointer) bool {
			status = C.hik_find_next(f, search, file)
			return status >= statusFile && status <= statusEnd
		})
		if err != nil {
			return explain(err, status)
		}
		switch status {
		case statusFile:
			if !add() {
				return nil
			}
			asked = time.Now()
		case statusNone, statusEnd:
			return nil
		case statusBusy:
			if time.Since(asked) > findLimit {
				return failure(name, codeTimeout)
			}
			<-time.After(findWait)
		}
	}
}

// explain gives a status of failure a number where the library has none.
func explain(err error, status C.int32_t) error {
	said, ok := err.(*sdk.Error) //nolint:errorlint // made by call
	if !ok || said.Code != 0 {
		return err
	}
	said.Code = codeFailed
	if status == statusTimeout {
		said.Code = codeTimeout
	}
	return said
}
