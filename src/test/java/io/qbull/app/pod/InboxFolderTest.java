package io.qbull.app.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.component.file.FileEndpoint;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InboxFolderTest {
    @TempDir
    private Path top;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "plain",
                "a b",
                "50%",
                "a%20b",
                "a%3Fb",
                "a?b",
                "a&b=c",
                "a#b",
                "a+b",
                "{{a}}",
                "{a}",
                "${a}",
                "$simple{a}",
                "RAW(a)",
                "a(b)",
                "'a\"",
                "a,b;c",
                "a*[b]",
                "a|b^`",
                "a@b:c",
                "50% a?b&c #d +e {{f}} ${g} %3F"
            })
    void the_shipped_route_reads_the_inbox_whatever_its_path_contains(String name) throws Exception {
        Path inbox = top.resolve(name).resolve("inbox");
        Path file = Files.createDirectories(inbox.resolve("A")).resolve("jobs.txt");
        Files.writeString(file, "x\n");
        Queue<String> seen = new ConcurrentLinkedQueue<>();
        Processor claim = exchange -> seen.add(exchange.getMessage().getHeader(Exchange.FILE_PATH, String.class));
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            InboxFolder folder = new InboxFolder(inbox);
            context.getPropertiesComponent().addOverrideProperty("qbull.inbox", folder.inUri());
            context.getPropertiesComponent().addOverrideProperty("qbull.inbox.poll", "20");
            context.getCamelContextExtension().registerEndpointCallback(folder);
            context.getRegistry().bind("qbullFileClaim", Processor.class, claim);
            PluginHelper.getRoutesLoader(context)
                    .loadRoutes(ResourceHelper.resolveResource(context, "file:routes/ingest/ingest-files.camel.yaml"));
            context.start();

            await().until(() -> !seen.isEmpty());

            assertThat(seen).contains(file.toString());
            assertThat(context.getEndpoints())
                    .filteredOn(FileEndpoint.class::isInstance)
                    .singleElement()
                    .satisfies(endpoint -> assertThat(
                                    ((FileEndpoint) endpoint).getConfiguration().getDirectory())
                            .isEqualTo(inbox.toString()));
        }
    }
}
