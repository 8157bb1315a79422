// The four services of a small shop. All in one process, with a broker of their own:
//
//     dotnet run --project samples/OrderFanOut
//
// Or each in a process of its own, which needs a broker that all of them know:
//
//     dotnet run --project samples/OrderFanOut -- --service billing --ConnectionStrings:broker=127.0.0.1:9092
using OrderFanOut;

try
{
    await using var shop = await ShopProcess.StartAsync(args);
    Console.WriteLine(shop.Greeting);
    await shop.Ended;
    return 0;
}
catch (ArgumentException wrong)
{
    Console.Error.WriteLine(wrong.Message);
    return 2;
}
