package io.qbull.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;
import static org.awaitility.Awaitility.await;

import io.qbull.testing.CapturedLog;
import io.qbull.testing.RedisExtension;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The recipes between a table and a queue, with an embedded database. */
class SqlRecipesTest extends AppTestSupport {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final Pattern TABLE = Pattern.compile("(?s)```sql\n(.*?)```");
    private static final String IN = "A database table into a queue";
    private static final String OUT = "A queue into a database";

    private final JdbcDataSource shop = new JdbcDataSource();
    private Connection connection;

    @Override
    RedisExtension redis() {
        return REDIS;
    }

    @Override
    String routes() {
        return "ingest-http.camel.yaml";
    }

    @BeforeEach
    void open() throws Exception {
        shop.setURL("jdbc:h2:mem:" + http + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE");
        connection = shop.getConnection();
        context.getRegistry().bind("shop", shop);
        for (String title : List.of(IN, OUT)) {
            Matcher table = TABLE.matcher(RecipesTest.recipe(title).text());
            assertThat(table.find()).isTrue();
            sql(table.group(1));
        }
    }

    @AfterEach
    void close() throws Exception {
        connection.close();
    }

    @Test
    void rows_become_jobs_in_their_order_and_leave_the_table() throws Exception {
        sql(
                "insert into outbox (customer, total) select 'c' || mod(n, 3), n from system_range(1, 1500) as numbers (n)");

        load(IN);

        await().until(() -> rows("outbox").isEmpty());
        List<Map<String, String>> jobs = jobs("ORDERS", 16);
        assertThat(jobs).hasSize(1500);
        for (int customer = 0; customer < 3; customer++) {
            String key = "c" + customer;
            int first = customer;
            assertThat(jobs.stream().filter(job -> key.equals(job.get("key"))).map(job -> job.get("id")))
                    .containsExactlyElementsOf(IntStream.rangeClosed(1, 1500)
                            .filter(id -> id % 3 == first)
                            .mapToObj(id -> "outbox-" + id)
                            .toList());
        }
        assertThat(jobs.stream().filter(job -> "outbox-7".equals(job.get("id"))))
                .singleElement()
                .satisfies(job -> {
                    assertThat(job.get("body")).isEqualTo("{\"id\":7,\"customer\":\"c1\",\"total\":7.00}");
                    assertThat(job.get("h")).isNull();
                });
    }

    @Test
    void a_row_that_is_committed_late_is_not_lost() throws Exception {
        load(IN);
        try (Connection late = shop.getConnection();
                Statement insert = late.createStatement()) {
            late.setAutoCommit(false);
            insert.execute("insert into outbox (customer, total) values ('a', 1)");
            sql("insert into outbox (customer, total) values ('b', 2)");
            await().until(() -> ids().contains("outbox-2") && rows("outbox").isEmpty());

            late.commit();

            await().until(() -> ids().contains("outbox-1") && rows("outbox").isEmpty());
        }
        assertThat(ids()).containsExactlyInAnyOrder("outbox-1", "outbox-2");
    }

    @Test
    void a_row_that_can_be_no_job_stays_and_holds_up_no_other() throws Exception {
        sql("insert into outbox (customer, total) values ('a', 1), (null, 2), ('a', 3)");
        try (CapturedLog log = new CapturedLog()) {
            load(IN);

            await().until(() -> rows("outbox").equals(List.of("2")));
            assertThat(ids()).containsExactly("outbox-1", "outbox-3");
            await().until(() -> !log.lines("route sql-in failed").isEmpty());
            assertThat(log.lines("route sql-in failed"))
                    .first(STRING)
                    .contains(" of 3 jobs were refused, the first at index 1: a job needs a key");
        }
        sql("update outbox set customer = 'b'");
        await().until(() -> rows("outbox").isEmpty());
        assertThat(ids()).containsExactlyInAnyOrder("outbox-1", "outbox-2", "outbox-3");
    }

    @Test
    void a_row_whose_end_was_lost_is_no_second_job() throws Exception {
        sql("insert into outbox (customer, total) values ('a', 1), ('a', 2)");
        template.sendBodyAndHeaders(
                "qbull:ORDERS", "from before", Map.of("CamelQbullKey", "a", "CamelQbullJobId", "outbox-1"));

        load(IN);

        await().until(() -> rows("outbox").isEmpty());
        assertThat(ids()).containsExactly("outbox-1", "outbox-2");
    }

    @Test
    void a_job_that_runs_twice_is_one_row_and_another_violation_fails() throws Exception {
        sql("alter table orders add constraint short check (length(body) < 10)");
        load(OUT);
        for (String body : List.of("first", "again", "much too long")) {
            template.sendBodyAndHeaders(
                    "qbull:ORDERS?deduplicationWindow=0&maxBodySize=100",
                    body,
                    Map.of("CamelQbullKey", "a", "CamelQbullJobId", body.startsWith("much") ? "bad" : "order-1"));
        }

        await().until(() -> undone("ORDERS", 16) == 1);
        assertThat(rows("orders")).containsExactly("order-1");
        try (Statement select = connection.createStatement();
                ResultSet row = select.executeQuery("select customer, body from orders")) {
            assertThat(row.next()).isTrue();
            assertThat(List.of(row.getString(1), row.getString(2))).containsExactly("a", "first");
        }
    }

    private void load(String title) throws Exception {
        // The embedded database knows no target of a conflict.
        RecipesTest.load(context, RecipesTest.recipe(title).yaml().replace(" on conflict (job_id)", " on conflict"));
    }

    private List<String> ids() {
        return jobs("ORDERS", 16).stream().map(job -> job.get("id")).toList();
    }

    private void sql(String statement) throws SQLException {
        try (Statement run = connection.createStatement()) {
            run.execute(statement);
        }
    }

    private List<String> rows(String table) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Statement select = connection.createStatement();
                ResultSet found = select.executeQuery("select * from " + table + " order by 1")) {
            while (found.next()) {
                rows.add(found.getString(1));
            }
        }
        return rows;
    }
}
