// Reads a dashboard with the types that Grafana generates from the schemas of dashboards, panels, and queries. Prints what
// they reject: fields that are unknown, missing, or of another type, and values that are not allowed.
//
//	main DASHBOARD.json
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
)

var problems = 0

// The types also return an empty list of errors.
func check(where string, err error) {
	if err != nil && err.Error() != "" {
		fmt.Printf("%s: %v\n", where, err)
		problems++
	}
}

// Reads the parts of a panel that the type of the whole dashboard reads leniently.
func checkPanel(raw json.RawMessage) {
	var panel struct {
		Title       string
		Type        string
		FieldConfig json.RawMessage
		Targets     []json.RawMessage
	}
	check("panel", json.Unmarshal(raw, &panel))
	where := fmt.Sprintf("panel '%s'", panel.Title)
	if _, found := cog.ConfigForPanelcfgVariant(panel.Type); !found {
		check(where, fmt.Errorf("type '%s' is not registered here", panel.Type))
	}
	var config dashboard.FieldConfigSource
	check(where, config.UnmarshalJSONStrict(panel.FieldConfig))
	if len(panel.Targets) == 0 {
		check(where, fmt.Errorf("no queries"))
	}
	for _, target := range panel.Targets {
		var query prometheus.Dataquery
		check(where, query.UnmarshalJSONStrict(target))
		check(where, query.Validate())
	}
}

func main() {
	runtime := cog.NewRuntime()
	runtime.RegisterDataqueryVariant(prometheus.VariantConfig())
	runtime.RegisterPanelcfgVariant(stat.VariantConfig())
	runtime.RegisterPanelcfgVariant(timeseries.VariantConfig())

	text, err := os.ReadFile(os.Args[1])
	check("file", err)
	var whole dashboard.Dashboard
	check("dashboard", whole.UnmarshalJSONStrict(text))
	check("dashboard", whole.Validate())
	var parts struct{ Panels []json.RawMessage }
	check("dashboard", json.Unmarshal(text, &parts))
	if len(parts.Panels) == 0 {
		check("dashboard", fmt.Errorf("no panels"))
	}
	for _, panel := range parts.Panels {
		checkPanel(panel)
	}
	if problems > 0 {
		os.Exit(1)
	}
}
