// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Test} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Test.sol";
import {PriceGuard} from "../../../contracts/feeds/PriceGuard.sol";
import {SettlementOracle} from "../../../contracts/feeds/SettlementOracle.sol";
import {PlimsollAccessManager} from "../../../contracts/governance/PlimsollAccessManager.sol";
import {IOptionToken} from "../../../contracts/interfaces/IOptionToken.sol";
import {IOptionVault} from "../../../contracts/interfaces/IOptionVault.sol";
import {IPositionSource} from "../../../contracts/interfaces/IPositionSource.sol";
import {AggregatorV3Interface, FeedConfig} from "../../../contracts/interfaces/IPriceGuard.sol";
import {IRiskOracle} from "../../../contracts/interfaces/IRiskOracle.sol";
import {PhasedTestFeed} from "../../../contracts/local/PhasedTestFeed.sol";
import {TestToken} from "../../../contracts/local/TestToken.sol";
import {ClassGrid, LiquidationSettings, SeriesState} from "../../../contracts/types/VaultTypes.sol";
import {OptionVault} from "../../../contracts/vault/OptionVault.sol";
import {OptionVaultExtension} from "../../../contracts/vault/OptionVaultExtension.sol";
import {OptionVaultSettings} from "../../../contracts/vault/OptionVaultSettings.sol";
import {Links} from "../../../contracts/vault/VaultKit.sol";
import {RiskOracleDouble} from "./RiskOracleDouble.sol";

/// @title A vault with one market (8-decimal base, 6-decimal quote), three funded actors and a driven price
abstract contract VaultFixture is Test {
    /// @dev 5 January 2026, 09:00 UTC.
    uint256 internal constant START = 1_767_603_600;
    /// @dev 12 January 2026, 08:00 UTC.
    uint40 internal constant EXPIRY = 1_768_204_800;
    uint64 internal constant SPOT = 60_000e8;
    uint64 internal constant STRIKE = 60_000e8;
    uint128 internal constant ONE = 1e8;
    uint24 internal constant MARKET = 1;
    uint80 internal constant MIN_BASE = 0.001e8;
    uint80 internal constant MIN_QUOTE = 100e6;
    uint32 internal constant T1 = 15 minutes;
    uint32 internal constant T2 = 2 hours;
    uint32 internal constant COOL_OFF = 2 minutes;
    uint32 internal constant FLAG_LIFE = 12 hours;

    address internal writer = makeAddr("writer");
    address internal holder = makeAddr("holder");
    address internal liquidator = makeAddr("liquidator");

    TestToken internal base;
    TestToken internal quote;
    PhasedTestFeed internal feed;
    PriceGuard internal guard;
    SettlementOracle internal settlement;
    RiskOracleDouble internal oracle;
    IOptionVault internal vault;
    IOptionToken internal longs;
    address internal authority;
    uint256 internal put;
    uint256 internal call;

    function setUp() public virtual {
        vm.warp(START);
        base = new TestToken("Test Bitcoin", "tBTC", 8, address(this));
        quote = new TestToken("Test Dollar", "tUSD", 6, address(this));
        _deploy(address(base), address(quote));
    }

    function _deploy(address baseToken, address quoteToken) internal {
        feed = new PhasedTestFeed(8, "BTC / USD", address(this));
        // The test contract is admin without delay: it may call everything.
        authority = address(new PlimsollAccessManager(address(this), 1 days, 1 hours));
        guard = new PriceGuard(authority);
        settlement = new SettlementOracle(authority, guard, 1 hours);
        oracle = new RiskOracleDouble();
        vault = _newVault(_riskOracle());
        _registerVault();
        longs = vault.TOKEN();
        vault.addMarket(baseToken, quoteToken, MIN_BASE, MIN_QUOTE);
        vault.setClassGrid(MARKET, _grid());
        guard.setFeed(MARKET, _feedConfig());
        _setPrice(SPOT);
        put = vault.seriesIdOf(MARKET, STRIKE, EXPIRY, true);
        call = vault.seriesIdOf(MARKET, STRIKE, EXPIRY, false);
        _fund(writer);
        _fund(holder);
        _fund(liquidator);
    }

    /// @dev The double, unless a fixture brings the real oracle.
    function _riskOracle() internal virtual returns (IRiskOracle) {
        return IRiskOracle(address(oracle));
    }

    function _registerVault() internal virtual {}

    function _newVault(IRiskOracle riskOracle) internal returns (IOptionVault) {
        OptionVaultSettings settings = new OptionVaultSettings(Links(riskOracle, guard));
        OptionVaultExtension extension = new OptionVaultExtension(settings);
        return IOptionVault(address(new OptionVault(authority, settlement, _settings(), extension)));
    }

    function _settings() internal pure returns (LiquidationSettings memory) {
        return LiquidationSettings(T1, T2, COOL_OFF, FLAG_LIFE, 12_500, 0);
    }

    function _feedConfig() internal view returns (FeedConfig memory config) {
        config.feed = AggregatorV3Interface(address(feed));
        (config.maxAgeSec, config.minPriceE8, config.maxPriceE8) = (1 hours, 1e8, 10_000_000e8);
    }

    /// @dev Two edges a side: class 1 + 3·moneyness + tenor bucket.
    function _grid() internal pure returns (ClassGrid memory grid) {
        for (uint256 i = 0; i < 7; ++i) grid.moneynessEdgesBps[i] = type(uint16).max;
        (grid.moneynessEdgesBps[0], grid.moneynessEdgesBps[1]) = (9_000, 11_000);
        grid.tenorEdgesSec = [uint32(1 days), uint32(7 days), type(uint32).max];
        for (uint256 cell = 0; cell < 12; ++cell) {
            if (cell % 4 < 3) grid.classIds[cell] = uint16(1 + 3 * (cell / 4) + (cell % 4));
        }
    }

    function _fund(address account) internal {
        base.mint(account, 1_000e8);
        quote.mint(account, 100_000_000e6);
        vm.startPrank(account);
        base.approve(address(vault), type(uint256).max);
        quote.approve(address(vault), type(uint256).max);
        vm.stopPrank();
    }

    function _setPrice(uint64 priceE8) internal {
        feed.push(int192(uint192(priceE8)), uint64(block.timestamp));
    }

    /// @dev Opens for the writer with the collateral given, longs to the holder.
    function _open(uint256 seriesId, uint128 sizeE8, uint128 collateral) internal returns (uint256 positionId) {
        vm.prank(writer);
        return vault.open(seriesId, sizeE8, collateral, holder);
    }

    function _openAtRequirement(uint256 seriesId, uint128 sizeE8) internal returns (uint256 positionId) {
        (uint256 required, , ) = vault.requiredCollateral(seriesId, sizeE8);
        return _open(seriesId, sizeE8, uint128(required));
    }

    function _giveLongs(address to, uint256 seriesId, uint128 amountE8) internal {
        vm.prank(holder);
        longs.transfer(to, seriesId, amountE8);
    }

    /// @dev Moves the clock past expiry and writes the settlement price, proven by the round before.
    function _expireAt(uint64 priceE8) internal {
        vm.warp(EXPIRY - 1);
        _setPrice(priceE8);
        vm.warp(EXPIRY + 60);
        _setPrice(priceE8);
        (uint80 roundId, , , , ) = feed.latestRoundData();
        settlement.settlePrice(MARKET, EXPIRY, roundId);
    }

    function _ids(uint256 id) internal pure returns (uint256[] memory ids) {
        ids = new uint256[](1);
        ids[0] = id;
    }

    function _sizeOf(uint256 id) internal view returns (uint128) {
        return vault.describePosition(id).sizeE8;
    }

    function _collateralOf(uint256 id) internal view returns (uint128) {
        return vault.describePosition(id).collateral;
    }

    function _view(uint256 id) internal view returns (IPositionSource.PositionView memory) {
        return vault.describePosition(id);
    }

    function _state(uint256 seriesId) internal view returns (SeriesState memory) {
        return vault.seriesState(seriesId);
    }
}
