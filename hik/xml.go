package hik

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"mediapusher/internal/netway"
)

// maxItems is the ceiling for lists; the largest recorders have 256 channels.
const maxItems = 1024

// anyRoot takes a document whatever it is called.
const anyRoot = ""

// errRoot is what a document of another kind is, for example a web page.
var errRoot = errors.New("another document was expected")

// decode reads a document by local names alone: the same documents come in the namespaces isapi.org ver20, hikvision.com ver20 and ver10,
// and psialliance.org, according to firmware. Elements that are not asked for do not matter, nor does a declared encoding: what is not
// UTF-8 is read as GBK.
func decode(body []byte, root string, into any) error {
	d := xml.NewDecoder(bytes.NewReader(netway.UTF8(body)))
	d.Strict = false
	d.CharsetReader = func(_ string, input io.Reader) (io.Reader, error) { return input, nil }
	for {
		token, err := d.Token()
		if err != nil {
			return fmt.Errorf("%s: %w", root, err)
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if root != anyRoot && !strings.EqualFold(start.Name.Local, root) {
			return fmt.Errorf("%s: %w: <%.40s>", root, errRoot, start.Name.Local)
		}
		if err := d.DecodeElement(into, &start); err != nil {
			return fmt.Errorf("%s: %w", root, err)
		}
		return nil
	}
}

// number reads a count or port; ok is false for anything but 0 to 65535.
func number(s string) (n int, ok bool) {
	value, err := strconv.ParseUint(strings.TrimSpace(s), 10, 16)
	return int(value), err == nil
}

// yes reads a boolean; absent means the given default.
func yes(s string, absent string) bool {
	s = strings.TrimSpace(s)
	if s == "" {
		s = absent
	}
	return strings.EqualFold(s, "true") || s == "1"
}

type deviceInfo struct {
	Model    string `xml:"model"`
	Serial   string `xml:"serialNumber"`
	Firmware string `xml:"firmwareVersion"`
	Released string `xml:"firmwareReleasedDate"`
	Type     string `xml:"deviceType"`
}

// userCheck comes with refusals, and says how many tries are left.
type userCheck struct {
	LockStatus string `xml:"lockStatus"`
	UnlockTime string `xml:"unlockTime"` // seconds
	TriesLeft  string `xml:"retryLoginTime"`
}

// responseStatus is what other errors come with.
type responseStatus struct {
	Code    string `xml:"statusCode"`
	Text    string `xml:"statusString"`
	SubCode string `xml:"subStatusCode"`
	Error   string `xml:"errorCode"`
}

// Values of ResponseStatus. The two bad ones say that the document was not liked: its form, or what it says.
const (
	statusOK          = "1"
	statusDeviceBusy  = "2"
	statusDeviceError = "3"
	statusBadForm     = "5"
	statusBadContent  = "6"
	statusReboot      = "7" // done, in force after a reboot
)

// done tells a success. Some firmware leaves the code out or says 0.
func (s responseStatus) done() bool {
	return s.Code == statusOK || s.Code == statusReboot || (s.Code == "" || s.Code == "0") && (s.SubCode == "" || s.SubCode == "ok")
}

// badXML tells that the device did not like the document that it was sent.
func (s responseStatus) badXML() bool {
	return s.Code == statusBadForm || s.Code == statusBadContent || s.SubCode == "badXmlFormat" || s.SubCode == "badXmlContent"
}

type accessList struct {
	Items []struct {
		Enabled  string `xml:"enabled"`
		Protocol string `xml:"protocol"`
		Port     string `xml:"portNo"`
	} `xml:"AdminAccessProtocol"`
}

// rtspPort returns the port of the RTSP entry. A missing enabled means true.
func (l accessList) rtspPort() (int, bool) {
	for _, item := range l.Items[:min(len(l.Items), maxItems)] {
		if !strings.EqualFold(strings.TrimSpace(item.Protocol), "RTSP") || !yes(item.Enabled, "true") {
			continue
		}
		if port, ok := number(item.Port); ok && port > 0 {
			return port, true
		}
	}
	return 0, false
}

type deviceCap struct {
	Analog string `xml:"SysCap>VideoCap>videoInputPortNums"`
	IP     string `xml:"RacmCap>inputProxyNums"`
}

type sdkCap struct {
	Base string `xml:"ipChanBase"`
}

// proxyItem is an IP channel, in the list of the channels and in that of their states.
type proxyItem struct {
	ID     string `xml:"id"`
	Name   string `xml:"name"`
	Online string `xml:"online"`
	// Nested is where some firmware has it.
	Nested string `xml:"sourceInputPortDescriptor>online"`
	Result string `xml:"chanDetectResult"`
}

// told tells whether the device says anything about the connection.
func (i proxyItem) told() bool { return strings.TrimSpace(i.Online+i.Nested) != "" }

// connected is false only where the device says so.
func (i proxyItem) connected() bool { return yes(i.Online, "true") && yes(i.Nested, "true") }

type proxyList struct {
	Items []proxyItem `xml:"InputProxyChannel"`
}

type proxyStatusList struct {
	Items []proxyItem `xml:"InputProxyChannelStatus"`
}

// ids returns the numbers of the listed channels, never nil.
func (l proxyList) ids() []int { return proxyIDs(l.Items) }

func (l proxyStatusList) ids() []int { return proxyIDs(l.Items) }

func (l proxyStatusList) items() []proxyItem { return l.Items[:min(len(l.Items), maxItems)] }

func proxyIDs(items []proxyItem) []int {
	ids := []int{}
	for _, item := range items[:min(len(items), maxItems)] {
		if id, ok := number(item.ID); ok && id > 0 {
			ids = append(ids, id)
		}
	}
	return ids
}
