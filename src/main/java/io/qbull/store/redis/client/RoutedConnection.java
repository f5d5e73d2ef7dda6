package io.qbull.store.redis.client;

/**
 * The open connection that serves a key, and the server to which it leads.
 *
 * @param server the server
 * @param connection a connection to it
 */
public record RoutedConnection(ServerNode server, ServerConnection connection) {}
