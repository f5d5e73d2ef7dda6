package io.qbull.app.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.qbull.app.exit.CliException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.InputSource;

/** What a report looks like, from fixed figures. */
class ReportTest {
    private static final Report REPORT = new Report(
            Map.of("Redis", "6.2.11"),
            List.of(
                    new Figure("drain", "a route", "", 50_000, Figure.RATE, 200_000.0, 0.041),
                    new Figure("latency", "idle, p50", "100/s", 1.5, Figure.MILLIS, 0.5, null),
                    new Figure("takeover", "jobs that ran again", "", 3, "", null, null)),
            List.of(
                    new Curve("idle", List.of(new Curve.Point(50, 1.5), new Curve.Point(100, 20))),
                    new Curve("raw, idle", List.of(new Curve.Point(50, 0.5), new Curve.Point(100, 2)))),
            List.of("drain: 1 of 6 jobs lost, <b>"));

    @TempDir
    Path folder;

    private Comparison earlier(double drain, double limit) {
        return new Comparison(new Report(
                Map.of(),
                List.of(new Figure("drain", "a route", "", drain, Figure.RATE, limit, null)),
                List.of(),
                List.of()));
    }

    @Test
    void the_table_shows_figures_beside_their_limits() {
        assertThat(TextReport.of(REPORT, new Comparison(null)).lines())
                .containsSubsequence(
                        "Redis 6.2.11",
                        "PART                               QBULL       LIMIT  RATIO  SPREAD",
                        "drain     a route              50,000 /s  200,000 /s   0.25     4 %",
                        "Of the raw limit",
                        "drain a route  ████████████▌ 0.25");
    }

    @Test
    void a_comparison_adds_the_changes_in_percent() {
        assertThat(TextReport.of(REPORT, earlier(40_000, 400_000)).lines())
                .anyMatch(line -> line.matches("drain .* 0.25 +4 % +\\+25 % +\\+150 %"))
                .anyMatch(line -> line.matches("latency .* 3.00 +100/s"));
    }

    @Test
    void a_bar_is_as_long_as_the_share_and_says_when_it_is_cut() {
        assertThat(TextReport.bar(0)).isEmpty();
        assertThat(TextReport.bar(1)).isEqualTo("█".repeat(50));
        assertThat(TextReport.bar(2)).isEqualTo("█".repeat(50) + "▶");
    }

    @Test
    void a_report_can_be_read_back() throws Exception {
        Path file = Files.writeString(folder.resolve("before.json"), ReportJson.of(REPORT) + "\n");

        assertThat(ReportJson.of(REPORT)).contains("\"ratio\":0.25").doesNotContain("\n");
        assertThat(ReportJson.read(file)).isEqualTo(REPORT);
    }

    @Test
    void a_file_that_is_no_report_is_refused() throws Exception {
        for (String text : List.of("", "x", "[]", "{}", "{\"figures\":[{}]}", "{\"figures\":[]}")) {
            Path file = Files.writeString(folder.resolve("other.json"), text);
            assertThatThrownBy(() -> ReportJson.read(file))
                    .as(text)
                    .isInstanceOf(CliException.class)
                    .hasMessageContaining("other.json) is not what bench --json prints");
        }
        assertThatThrownBy(() -> ReportJson.read(folder.resolve("none")))
                .isInstanceOf(CliException.class)
                .hasMessageContaining("none) cannot be read");
    }

    @Test
    void the_page_is_whole_and_escapes_what_it_shows() throws Exception {
        String page = HtmlReport.of(REPORT, earlier(40_000, 400_000));

        assertThat(page)
                .contains("jobs lost, &lt;b&gt;", "50,000 /s", "+25 %", "stroke-dasharray")
                .doesNotContain("<b>", "<script", "http");
        String body = page.replaceFirst("(?s)^.*?<body>", "<body>").replace("</html>", "");
        assertThat(DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(new InputSource(new StringReader(body)))
                        .getElementsByTagName("svg")
                        .getLength())
                .isEqualTo(2);
    }
}
