// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {PriceGuard} from "../../../contracts/feeds/PriceGuard.sol";
import {AggregatorV3Interface, FeedConfig} from "../../../contracts/interfaces/IPriceGuard.sol";
import {PhasedTestFeed} from "../../../contracts/local/PhasedTestFeed.sol";
import {TestToken} from "../../../contracts/local/TestToken.sol";
import {Series, SeriesId} from "../../../contracts/libraries/SeriesId.sol";
import {ISeriesClasses, LoansConfig} from "../../../contracts/samples/IProtectedLoans.sol";
import {ProtectedLoans} from "../../../contracts/samples/ProtectedLoans.sol";
import {OracleFixture} from "../oracle/OracleFixture.sol";

/// @title Every series in one class
contract OneClass is ISeriesClasses {
    uint16 private immutable _CLASS_ID;

    constructor(uint16 classId) {
        _CLASS_ID = classId;
    }

    function classFor(uint256) external view returns (uint16 classId) {
        return _CLASS_ID;
    }
}

/// @title The loan market on the real oracle and price guard: source 1, one coin with 8 decimals, spot 60 000
abstract contract LoansFixture is OracleFixture {
    uint24 internal constant MARKET = 1;
    uint64 internal constant SPOT = 60_000e8;
    uint64 internal constant STRIKE = 50_000e8;
    uint128 internal constant ONE = 1e8;
    uint96 internal constant MIN_MARGIN = 10e6;
    uint16 internal constant RATE_BPS = 1_000;
    uint256 internal constant CASH = 10_000_000e6;

    address internal lender = makeAddr("lender");
    address internal borrower = makeAddr("borrower");
    address internal keeper = makeAddr("keeper");

    TestToken internal base;
    TestToken internal quote;
    PhasedTestFeed internal feed;
    PriceGuard internal guard;
    ProtectedLoans internal loans;
    uint40 internal expiry;
    uint256 internal put;

    function setUp() public virtual override {
        super.setUp();
        base = new TestToken("Test Bitcoin", "tBTC", 8, address(this));
        quote = new TestToken("Test Dollar", "tUSD", 6, address(this));
        feed = new PhasedTestFeed(8, "BTC / USD", address(this));
        guard = new PriceGuard(address(_manager));
        guard.setFeed(MARKET, _feedConfig());
        _deployLoans(address(base), address(quote));
        expiry = uint40((block.timestamp / 1 days + 10) * 1 days + SeriesId.EXPIRY_SECOND_OF_DAY);
        put = _series(MARKET, STRIKE, expiry, true);
        _setPrice(SPOT);
        vm.prank(lender);
        loans.deposit(CASH, lender);
    }

    function _deployLoans(address baseToken, address quoteToken) internal {
        loans = new ProtectedLoans(_config(baseToken, quoteToken));
        _oracle.registerSource(address(loans));
        address[3] memory actors = [lender, borrower, keeper];
        for (uint256 i = 0; i < actors.length; ++i) _fund(actors[i]);
    }

    function _config(address baseToken, address quoteToken) internal returns (LoansConfig memory config) {
        (config.riskOracle, config.priceGuard) = (_oracle, guard);
        config.classes = new OneClass(CLASS_ID);
        config.quote = IERC20Metadata(quoteToken);
        (config.rateBps, config.minMargin) = (RATE_BPS, MIN_MARGIN);
        config.bases = new IERC20Metadata[](1);
        config.bases[0] = IERC20Metadata(baseToken);
    }

    function _feedConfig() internal view returns (FeedConfig memory config) {
        config.feed = AggregatorV3Interface(address(feed));
        (config.maxAgeSec, config.minPriceE8, config.maxPriceE8) = (30 days, 1e8, 10_000_000e8);
    }

    function _fund(address account) internal {
        base.mint(account, 1_000e8);
        quote.mint(account, 100_000_000e6);
        vm.startPrank(account);
        base.approve(address(loans), type(uint256).max);
        quote.approve(address(loans), type(uint256).max);
        vm.stopPrank();
    }

    function _setPrice(uint64 priceE8) internal {
        feed.push(int192(uint192(priceE8)), uint64(block.timestamp));
    }

    function _borrow(uint128 sizeE8, uint256 margin) internal returns (uint256 loanId) {
        vm.prank(borrower);
        return loans.borrow(put, sizeE8, margin, borrower);
    }

    function _borrowAtRequirement(uint128 sizeE8) internal returns (uint256 loanId) {
        return _borrow(sizeE8, loans.offer(put, sizeE8).margin);
    }

    function _liquidate(uint256 loanId) internal {
        vm.prank(keeper);
        loans.liquidate(loanId, type(uint256).max);
    }

    function _supplies() internal view returns (uint256 quoteHeld, uint256 baseHeld) {
        return (quote.balanceOf(address(loans)), base.balanceOf(address(loans)));
    }

    function _series(uint24 market, uint64 strike, uint40 at, bool isPut) internal pure returns (uint256 seriesId) {
        return SeriesId.encode(Series(market, strike, at, isPut));
    }
}
