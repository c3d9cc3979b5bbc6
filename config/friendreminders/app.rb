# Reminds friends of each other, over HTTP on port 3000.
require "socket"

REMINDERS = ["Call Ann", "Write to Tung"].freeze

server = TCPServer.new("0.0.0.0", 3000)
loop do
  client = server.accept
  body = "#{REMINDERS.sample}\n"
  client.print "HTTP/1.1 200 OK\r\nContent-Length: #{body.bytesize}\r\nConnection: close\r\n\r\n#{body}"
  client.close
end
