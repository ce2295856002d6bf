package metrics_test

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/goccy/go-yaml"
	dto "github.com/prometheus/client_model/go"

	"mediapusher/internal/metrics"
)

// series are the metrics that exist: by name the label names, and by those the values that were seen.
type series map[string]map[string]map[string]bool

// existing gathers the series of m, with those that Prometheus makes of histograms and those that it adds itself.
func existing(t *testing.T, m *metrics.Metrics) series {
	t.Helper()
	families, err := m.Gatherer().Gather()
	if err != nil {
		t.Fatal(err)
	}
	all := series{"up": {}}
	for _, family := range families {
		names := []string{family.GetName()}
		labels := map[string]map[string]bool{}
		for _, metric := range family.GetMetric() {
			if metric.GetHistogram() != nil {
				names = []string{family.GetName() + "_bucket", family.GetName() + "_sum", family.GetName() + "_count"}
				labels["le"] = map[string]bool{}
			}
			for _, pair := range metric.GetLabel() {
				if labels[pair.GetName()] == nil {
					labels[pair.GetName()] = map[string]bool{}
				}
				labels[pair.GetName()][pair.GetValue()] = true
			}
		}
		for _, name := range names {
			all[name] = labels
		}
	}
	return all
}

var (
	quoted    = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)
	selector  = regexp.MustCompile(`([a-zA-Z_:][a-zA-Z0-9_:]*)\s*\{([^{}]*)\}`)
	matcher   = regexp.MustCompile(`([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"`)
	grouping  = regexp.MustCompile(`\b(by|without|on|ignoring|group_left|group_right)\s*\(([^()]*)\)`)
	duration  = regexp.MustCompile(`\[[^\]]*\]`)
	word      = regexp.MustCompile(`[a-zA-Z_:][a-zA-Z0-9_:]*\s*\(?`)
	functions = []string{
		"sum", "rate", "increase", "changes", "histogram_quantile", "time", "max", "min", "avg", "count", "topk", "label_values",
	}
	operators = []string{"and", "or", "unless", "bool", "offset"}
)

// faults says what in a PromQL expression does not exist. It knows as much of the language as the files use.
func (all series) faults(expr string) []string {
	var faults []string
	fault := func(format string, words ...any) { faults = append(faults, fmt.Sprintf(format, words...)) }
	known := map[string]bool{"instance": true, "job": true}
	note := func(name string) {
		labels, ok := all[name]
		if !ok {
			fault("there is no metric %s", name)
		}
		for label := range labels {
			known[label] = true
		}
	}
	for _, found := range selector.FindAllStringSubmatch(expr, -1) {
		note(found[1])
		for _, m := range matcher.FindAllStringSubmatch(found[2], -1) {
			label, operator, value := m[1], m[2], m[3]
			values, ok := all[found[1]][label]
			switch {
			case label == "instance" || label == "job":
			case !ok:
				fault("%s has no label %s", found[1], label)
			case strings.HasPrefix(value, "$"):
			default:
				for one := range strings.SplitSeq(value, "|") {
					if (!strings.Contains(value, "|") || strings.Contains(operator, "~")) && !values[one] {
						fault("%s has no %s %q", found[1], label, one)
					}
				}
			}
		}
		if rest := matcher.ReplaceAllString(found[2], ""); strings.Trim(rest, ", ") != "" {
			fault("what is %q in the braces of %s", rest, found[1])
		}
	}
	bare := quoted.ReplaceAllString(expr, `""`)
	bare = duration.ReplaceAllString(regexp.MustCompile(`\{[^{}]*\}`).ReplaceAllString(bare, " "), " ")
	without := grouping.ReplaceAllString(bare, " ")
	for _, found := range word.FindAllString(without, -1) {
		name, call := strings.CutSuffix(found, "(")
		name = strings.TrimSpace(name)
		switch {
		case slices.Contains(operators, name), slices.Contains(functions, name) && (call || strings.Contains(bare, name+" by")):
		case call:
			fault("there is no function %s", name)
		default:
			note(name)
		}
	}
	for _, found := range grouping.FindAllStringSubmatch(bare, -1) {
		for label := range strings.SplitSeq(found[2], ",") {
			if label = strings.TrimSpace(label); !known[label] {
				fault("none of the metrics has a label %s", label)
			}
		}
	}
	if strings.Count(bare, "(") != strings.Count(bare, ")") {
		fault("the parentheses do not match")
	}
	return faults
}

// The check itself finds what it is for.
func TestFaultsAreFound(t *testing.T) {
	all := existing(t, exercised(t))
	for expr, want := range map[string]string{
		`sum by (vendor) (rate(mediapusher_logins_total{outcome="auth"}[5m])) > 0`:                  "",
		`mediapusher_sessions{state=~"streaming|retrying"} > 0 and up{job="mediapusher"} == 1`:      "",
		`mediapusher_sessions_total > 0`:                                                            "no metric mediapusher_sessions_total",
		`rate(mediapusher_session_start_duration_seconds[5m])`:                                      "no metric",
		`sum(mediapusher_sessions{status="retrying"})`:                                              "no label status",
		`sum(mediapusher_sessions{state="lost"})`:                                                   `no state "lost"`,
		`sum(mediapusher_sessions{state=~"retrying|lost"})`:                                         `no state "lost"`,
		`sum by (address) (mediapusher_sessions)`:                                                   "label address",
		`sum(mediapusher_sessions`:                                                                  "parentheses",
		`summe(mediapusher_sessions)`:                                                               "no function summe",
		`process_open_files > 1`:                                                                    "no metric process_open_files",
		`histogram_quantile(0.9, sum by (le) (rate(mediapusher_send_delay_seconds_bucket[5m])))`:    "",
		`mediapusher_session_legs{leg="publish" state="running"}`:                                   "",
		`sum by (vendor) (mediapusher_sdk_workers) / sum by (vendor) (mediapusher_sdk_workers_old)`: "mediapusher_sdk_workers_old",
	} {
		faults := strings.Join(all.faults(expr), "; ")
		if want == "" && faults != "" || !strings.Contains(faults, want) {
			t.Errorf("%s: %q, want %q", expr, faults, want)
		}
	}
}

func chinese(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) }) >= 0
}

// Every alert uses metrics that exist, and says in both languages what is wrong and what to do.
func TestAlertRules(t *testing.T) {
	all := existing(t, exercised(t))
	text, err := os.ReadFile("../../deploy/prometheus/alerts.yml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Groups []struct {
			Name  string
			Rules []struct {
				Alert       string
				Expr        string
				For         string
				Labels      map[string]string
				Annotations map[string]string
			}
		}
	}
	if err := yaml.UnmarshalWithOptions(text, &file, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	alerts := map[string]bool{}
	for _, group := range file.Groups {
		for _, rule := range group.Rules {
			if rule.Alert == "" || alerts[rule.Alert] {
				t.Errorf("group %s: the alert %q is there twice, or has no name", group.Name, rule.Alert)
			}
			alerts[rule.Alert] = true
			for _, fault := range all.faults(rule.Expr) {
				t.Errorf("%s: %s", rule.Alert, fault)
			}
			if severity := rule.Labels["severity"]; severity != "warning" && severity != "critical" {
				t.Errorf("%s: severity %q", rule.Alert, severity)
			}
			for _, name := range []string{"summary", "action"} {
				if words := rule.Annotations[name]; words == "" || chinese(words) {
					t.Errorf("%s: %s: %q", rule.Alert, name, words)
				}
				if words := rule.Annotations[name+"_zh"]; !chinese(words) {
					t.Errorf("%s: %s_zh: %q", rule.Alert, name, words)
				}
			}
			for _, label := range regexp.MustCompile(`\$labels\.(\w+)`).FindAllStringSubmatch(fmt.Sprint(rule.Annotations), -1) {
				if by := grouping.FindStringSubmatch(rule.Expr); by != nil && !strings.Contains(by[2], label[1]) {
					t.Errorf("%s: the annotation's label %s is not in the result", rule.Alert, label[1])
				}
			}
		}
	}
	if len(alerts) < 15 {
		t.Errorf("%d alerts", len(alerts))
	}
}

// Every panel of the dashboard uses metrics that exist.
func TestDashboard(t *testing.T) {
	all := existing(t, exercised(t))
	text, err := os.ReadFile("../../deploy/grafana/mediapusher.json")
	if err != nil {
		t.Fatal(err)
	}
	type panel struct {
		ID      int
		Type    string
		Title   string
		GridPos struct{ H, W, X, Y int }
		Targets []struct{ Expr string }
	}
	var board struct {
		Title      string
		UID        string
		Panels     []panel
		Templating struct {
			List []struct{ Name, Type, Definition string }
		}
	}
	if err := json.Unmarshal(text, &board); err != nil {
		t.Fatal(err)
	}
	ids, panels, used := map[int]bool{}, 0, map[string]bool{}
	for _, p := range board.Panels {
		if ids[p.ID] || p.GridPos.X+p.GridPos.W > 24 || !chinese(p.Title) && p.Title != "CPU · CPU" {
			t.Errorf("panel %d %q: the id, the place or the title is wrong", p.ID, p.Title)
		}
		ids[p.ID] = true
		if p.Type == "row" {
			continue
		}
		panels++
		if len(p.Targets) == 0 {
			t.Errorf("panel %q shows nothing", p.Title)
		}
		for _, target := range p.Targets {
			for _, fault := range all.faults(target.Expr) {
				t.Errorf("panel %q: %s", p.Title, fault)
			}
			for name := range all {
				if strings.Contains(target.Expr, name) {
					used[strings.TrimSuffix(name, "_bucket")] = true
				}
			}
		}
	}
	for _, variable := range board.Templating.List {
		if variable.Type != "query" {
			continue
		}
		name, _, _ := strings.Cut(strings.TrimPrefix(variable.Definition, "label_values("), ",")
		if _, ok := all[name]; !ok {
			t.Errorf("variable %s: there is no metric %s", variable.Name, name)
		}
	}
	if board.UID == "" || panels < 20 {
		t.Errorf("dashboard %q with %d panels", board.UID, panels)
	}
	for name := range all {
		bare := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(name, "_bucket"), "_sum"), "_count")
		if strings.HasPrefix(name, "mediapusher_") && !used[bare] {
			t.Errorf("no panel shows %s", name)
		}
	}
}

// The documents name every metric and every reason that there is, and no other.
func TestDocuments(t *testing.T) {
	families, err := exercised(t).Gatherer().Gather()
	if err != nil {
		t.Fatal(err)
	}
	exist := map[string]bool{}
	for _, family := range families {
		if strings.HasPrefix(family.GetName(), "mediapusher_") {
			exist[family.GetName()] = true
		}
	}
	for _, name := range []string{"metrics.md", "metrics.zh.md"} {
		text, err := os.ReadFile("../../docs/" + name)
		if err != nil {
			t.Fatal(err)
		}
		told := map[string]bool{}
		for _, row := range regexp.MustCompile("(?m)^\\| `(mediapusher_\\w+)` \\|([^|]*)\\|").FindAllStringSubmatch(string(text), -1) {
			told[row[1]] = true
			for _, label := range regexp.MustCompile("`(\\w+)`").FindAllStringSubmatch(row[2], -1) {
				if !hasLabel(families, row[1], label[1]) {
					t.Errorf("%s: %s has no label %s", name, row[1], label[1])
				}
			}
			if !exist[row[1]] {
				t.Errorf("%s: there is no metric %s", name, row[1])
			}
		}
		for metric := range exist {
			if !told[metric] {
				t.Errorf("%s does not tell of %s", name, metric)
			}
		}
		for _, family := range families {
			if family.GetName() != "mediapusher_session_starts_total" {
				continue
			}
			for _, metric := range family.GetMetric() {
				for _, pair := range metric.GetLabel() {
					if outcome := pair.GetValue(); pair.GetName() == "outcome" && outcome != "ok" && !strings.Contains(string(text), "`"+outcome+"`") {
						t.Errorf("%s does not tell of the outcome %s", name, outcome)
					}
				}
			}
		}
	}
}

func hasLabel(families []*dto.MetricFamily, name, label string) bool {
	for _, family := range families {
		if family.GetName() != name {
			continue
		}
		for _, pair := range family.GetMetric()[0].GetLabel() {
			if pair.GetName() == label {
				return true
			}
		}
	}
	return false
}
