/* Lines of `postroom auth --json`. */
#include "event/event.h"

#include "event/printer.h"
#include "event/shape_json.h"

/* Takes `json`. */
static void
add_line(GPtrArray *lines, struct json_object *json)
{
    g_ptr_array_add(lines, json_print(json));
    json_object_put(json);
}

/* {"header.from": "example.com"}; of a property that stands twice, the first. */
static struct json_object *
properties_json(const GPtrArray *properties)
{
    struct json_object *json = json_object_new_object();

    for (size_t i = 0; i < list_length(properties); i++) {
        const ResultProperty *property = properties->pdata[i];

        if (!json_object_object_get_ex(json, property->name, NULL))
            json_object_object_add(json, property->name, text_json(property->value));
    }
    return json;
}

static struct json_object *
header_json(const ResultsHeader *header)
{
    struct json_object *json = shape_json(&results_header_shape, header);
    struct json_object *results = NULL;

    (void)json_object_object_get_ex(json, "results", &results);
    for (size_t i = 0; i < list_length(header->results); i++) {
        const MethodResult *result = header->results->pdata[i];

        json_object_object_add(json_object_array_get_idx(results, i), "properties",
                               properties_json(result->properties));
    }
    return json;
}

GPtrArray *
event_tried(TrialMechanism mechanism, const TrialReport *report)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);

    switch (mechanism) {
    case TRIAL_SPF:
        add_line(lines, shape_json(&spf_shape, &report->spf));
        break;
    case TRIAL_DKIM:
        for (size_t i = 0; i < list_length(report->dkim); i++)
            add_line(lines, shape_json(&dkim_shape, report->dkim->pdata[i]));
        break;
    case TRIAL_ARC:
        add_line(lines, shape_json(&arc_shape, &report->arc));
        break;
    case TRIAL_DMARC:
        add_line(lines, shape_json(&dmarc_shape, &report->dmarc));
        break;
    case TRIAL_RESULTS:
        for (size_t i = 0; i < list_length(report->results); i++)
            add_line(lines, header_json(report->results->pdata[i]));
        break;
    }
    return lines;
}
