package io.qbull.app.sample;

import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.apache.camel.CamelContext;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.component.http.HttpClientConfigurer;
import org.apache.camel.component.http.HttpComponent;
import org.apache.camel.spi.ThreadPoolProfile;
import org.apache.camel.support.jsse.SSLContextParameters;
import org.apache.camel.util.concurrent.ThreadPoolRejectedPolicy;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.classic.ExecChainHandler;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.concurrent.Cancellable;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.config.Http1Config;
import org.jspecify.annotations.Nullable;

/**
 * Bounds what the answers of a webhook can cost: time, for a timeout of a socket limits only its silences, and memory. Of an answer's body
 * nothing is used, so an answer with a long one counts as soon as its head is there.
 */
public final class WebhookLimits implements HttpClientConfigurer, ExecChainHandler {
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final int MOST_HEADERS = 200;
    private static final int LONGEST_LINE = 16 << 10;
    /** Up to this size it is cheaper to read a body to its end and use the connection again. */
    private static final int MOST_READ = 64 << 10;
    /** More than there are threads for jobs: none waits for another one's connection. */
    private static final int MOST_CONNECTIONS = 100_000;

    private final Duration longest;
    private final ScheduledExecutorService timer;
    private final Supplier<@Nullable SSLContext> tls;

    /**
     * @param longest from the start of a request to the end of its answer
     * @param timer ends those that take longer
     * @param tls of https; null for the JVM's own
     */
    WebhookLimits(Duration longest, ScheduledExecutorService timer, Supplier<@Nullable SSLContext> tls) {
        this.longest = longest;
        this.timer = timer;
        this.tls = tls;
    }

    /**
     * @param longest from the start of a request to the end of its answer
     * @param context makes the timer; its component {@code http} says what https trusts
     * @return limits for endpoints of that context
     */
    public static WebhookLimits of(Duration longest, CamelContext context) {
        // Camel's own bound of a thousand tasks would be one of the posts at a time.
        ThreadPoolProfile single = new ThreadPoolProfile();
        single.setPoolSize(1);
        single.setMaxQueueSize(Integer.MAX_VALUE);
        single.setRejectedPolicy(ThreadPoolRejectedPolicy.Abort);
        return new WebhookLimits(
                longest,
                context.getExecutorServiceManager().newScheduledThreadPool(context, "qbull-webhook-limits", single),
                () -> tls(context));
    }

    private static @Nullable SSLContext tls(CamelContext context) {
        HttpComponent http = context.getComponent("http", HttpComponent.class);
        SSLContextParameters given = http.getSslContextParameters();
        SSLContextParameters used =
                given == null && http.isUseGlobalSslContextParameters() ? context.getSSLContextParameters() : given;
        try {
            return used == null ? null : used.createSSLContext(context);
        } catch (GeneralSecurityException | IOException e) {
            throw new RuntimeCamelException("the sslContextParameters of the component http cannot be used", e);
        }
    }

    @Override
    public void configureHttpClient(HttpClientBuilder client) {
        Http1Config heads = Http1Config.custom()
                .setMaxHeaderCount(MOST_HEADERS)
                .setMaxLineLength(LONGEST_LINE)
                .build();
        SSLContext trusted = tls.get();
        client.setConnectionManagerShared(false);
        client.setConnectionManager(PoolingHttpClientConnectionManagerBuilder.create()
                .setTlsSocketStrategy(trusted == null ? null : new DefaultClientTlsStrategy(trusted))
                .setConnectionFactory(ManagedHttpClientConnectionFactory.builder()
                        .http1Config(heads)
                        .build())
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(CONNECT.toMillis(), TimeUnit.MILLISECONDS)
                        .setSocketTimeout((int) longest.toMillis(), TimeUnit.MILLISECONDS)
                        .build())
                .setMaxConnPerRoute(MOST_CONNECTIONS)
                .setMaxConnTotal(MOST_CONNECTIONS)
                .build());
        client.addExecInterceptorFirst("qbull-limits", this);
    }

    @Override
    public ClassicHttpResponse execute(ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain)
            throws IOException, HttpException {
        AtomicBoolean late = new AtomicBoolean();
        Runnable abort = () -> {
            late.set(true);
            if (scope.originalRequest instanceof Cancellable whole) {
                whole.cancel();
            }
        };
        Future<?> end = endAfterLongest(abort);
        try {
            ClassicHttpResponse response = chain.proceed(request, scope);
            HttpEntity body = response.getEntity();
            if (body != null) {
                response.setEntity(null);
                if (!readToEnd(body)) {
                    scope.execRuntime.discardEndpoint();
                }
            }
            return response;
        } catch (IOException | RuntimeException e) {
            if (late.get()) {
                throw new SocketTimeoutException("no answer within " + longest);
            }
            throw e;
        } finally {
            end.cancel(false);
        }
    }

    Future<?> endAfterLongest(Runnable abort) {
        return timer.schedule(abort, longest.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Whether a body has ended. One that is cut off is no reason to repeat a request that was answered. */
    private static boolean readToEnd(HttpEntity body) {
        byte[] part = new byte[1 << 12];
        try {
            // Not closed: that would read it to its end.
            InputStream in = body.getContent();
            int size = 0;
            for (int count = in.read(part); count >= 0; count = in.read(part)) {
                size += count;
                if (size > MOST_READ) {
                    return false;
                }
            }
            return true;
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }
}
