System.Console.WriteLine(System.Environment.Version);
